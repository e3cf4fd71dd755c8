"""Every recipe that ships: its source and its steps."""

import importlib.resources
from pathlib import Path

from corpusmill.pipeline import recipes
from corpusmill.pipeline.config.build.recipes import find_recipe, recipe_names
from docs.generator.markdown import MADE, joined

HEAD = """# Recipes

A recipe is a published set of rules as a list of steps. A job names it under `documents`, and changes single values:

```yaml
documents:
  - extract.main_text
  - recipe: gopher
    override:
      decide.gopher_quality: {min_words: 20}
      decide.gopher_repetition: off
```

Its version is part of what a run remembers: when a recipe changes, the next run does the work again."""


def page() -> str:
    parts = [MADE, HEAD]
    for name in recipe_names():
        recipe = find_recipe(name, Path())
        text = importlib.resources.files(recipes).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
        steps = text.partition("steps:\n")[2]
        languages = ", ".join(recipe.languages)
        made_for = (
            f"Rules for {languages}; `plan` warns of other languages." if languages else "Rules for every language."
        )
        about = f"Version {recipe.version}. {made_for} {recipe.source}"
        parts += [f"## {name}", about, f"```yaml\n{steps.rstrip()}\n```"]
    return joined(*parts)
