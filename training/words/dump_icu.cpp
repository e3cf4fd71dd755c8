// Writes the words of a break iterator dictionary of the installed ICU, one a line, with its cost where it has one.
//
// Made operators/text/segmenting/dictionaries with ICU 72.1 (Debian libicu-dev 72.1-3+deb12u1):
//   g++ -std=c++17 dump_icu.cpp -o dump -licuuc -licudata
//   for d in cjdict thaidict laodict khmerdict burmesedict; do
//     ./dump $d | sed 's/\t0$//' | xz -9e > $d.tsv.xz
//   done
#include <unicode/udata.h>
#include <unicode/ucharstrie.h>
#include <unicode/bytestrie.h>
#include <unicode/unistr.h>
#include <unicode/stringpiece.h>
#include <cstdio>
#include <string>
using namespace icu;

static UBool any(void*, const char*, const char*, const UDataInfo*) { return true; }

int main(int, char** arguments) {
  UErrorCode error = U_ZERO_ERROR;
  UDataMemory* memory = udata_openChoice("icudt72l-brkitr", "dict", arguments[1], any, nullptr, &error);
  if (U_FAILURE(error)) {
    fprintf(stderr, "%s\n", u_errorName(error));
    return 1;
  }
  const int32_t* head = (const int32_t*)udata_getMemory(memory);  // see ICU's dictionarydata.h
  const int type = head[4] & 7, transform = head[5];
  const char* trie = (const char*)head + head[0];
  if (type == 1) {  // of UTF-16 units
    UCharsTrie::Iterator words((const char16_t*)trie, 0, error);
    while (words.next(error)) {
      std::string word;
      words.getString().toUTF8String(word);
      printf("%s\t%d\n", word.c_str(), words.getValue());
    }
    return 0;
  }
  BytesTrie::Iterator words(trie, 0, error);  // of bytes, each a distance from the first letter of the script
  while (words.next(error)) {
    StringPiece bytes = words.getString();
    UnicodeString text;
    for (int i = 0; i < bytes.length(); i++) {
      const int byte = (unsigned char)bytes.data()[i];
      text.append(UChar32(byte == 0xff ? 0x200d : byte == 0xfe ? 0x200c : byte + (transform & 0x1fffff)));
    }
    std::string word;
    text.toUTF8String(word);
    printf("%s\t%d\n", word.c_str(), words.getValue());
  }
}
