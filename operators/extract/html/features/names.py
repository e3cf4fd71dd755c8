"""The features of a block, by name and in the order of their columns. What each means is in `plain`."""

from corpusmill.operators.extract.html.features.name_groups import GROUPS

_OWN = """
    log_words chars_per_word link_share links punctuation_per_word commas sentences terminal digit_share
    upper_share separators copyright non_ascii_share title_overlap word_mean word_min word_max opening at_signs
    leaf_kind heading_level emphasis_share breaks images list_depth in_button same_text inline_name_sum
    inline_name_min inline_name_max quotes
"""
_PLACE = """
    owner_name_sum owner_name_min owner_name_max path_name_sum path_name_min path_name_max parent_name_sum
    in_article in_main in_nav in_header in_footer in_aside in_list in_table in_form in_figure in_quote_or_pre
    in_details in_cell in_section depth
"""
_CONTAINER_PARTS = """
    log_words link_share log_blocks prose_share page_share name_sum
"""
_REPETITION = """
    log_same_owner log_same_parent log_same_path path_words_mean path_link_share path_page_share
"""
_BEST = """
    in_best best_depth_below_common depth_below_common best_page_share best_link_share
"""
_POSITION = """
    block_position word_position blocks_since_h1 blocks_since_heading blocks_since_title
"""
_PAGE = """
    page_log_words page_log_blocks page_link_share page_articles page_has_main page_prose_share
    page_prose_blocks
"""
_TYPE = """
    currency page_currency_blocks og_type ld_article ld_product ld_list ld_discussion ld_organization
    repeated_page_share in_repeated log_repeated page_headings
"""
_WINDOWS = """
    plain_words_before link_share_before plain_words_after link_share_after
"""
_SECTION = """
    heading_before_level heading_before_word_mean heading_before_word_min heading_before_word_max
    heading_before_title_overlap heading_before_link_share
    opener_0_word_mean opener_0_word_min blocks_since_opener_0 opener_1_word_mean opener_1_word_min
    blocks_since_opener_1 opener_2_word_mean opener_2_word_min blocks_since_opener_2
    in_description in_data
"""

CONTAINERS = [f"container_{level}_{part}" for level in range(4) for part in _CONTAINER_PARTS.split()]
NEIGHBOURS = [
    f"{where}_{part}"
    for where in ("before", "after", "before_2", "after_2")
    for part in ("log_words", "link_share", "leaf_kind", "kinship")
]
FIRST = (
    *_OWN.split(),
    *_PLACE.split(),
    *CONTAINERS,
    *_REPETITION.split(),
    *_BEST.split(),
    *_POSITION.split(),
    *_PAGE.split(),
    *NEIGHBOURS,
    *_WINDOWS.split(),
    *_TYPE.split(),
    *_SECTION.split(),
    *(f"group_{name}" for name in GROUPS),
)

# Added to these by the second stage.
_ADDED = """
    score score_1_before score_2_before score_3_before score_4_before score_1_after score_2_after score_3_after
    score_4_after score_8_before score_8_after container_0_score container_1_score container_2_score
    container_3_score path_score page_score page_highest_score score_passed_share blocks_since_first
    blocks_until_last page_score_words
    section_score heading_before_score heading_after_score in_densest densest_depth_below_common
    depth_below_densest densest_page_share words_above_share page_kept_share page_log_kept page_expected_f1
"""

SECOND = (*FIRST, *_ADDED.split())
