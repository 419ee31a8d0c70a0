"""Writes what is made from the code: ``python -m tools.reference``. A test fails when a page and the code part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from aiops_tui.cli.commands import program
from aiops_tui.cli.help import meaning, written
from aiops_tui.cli.options import Group
from aiops_tui.config.settings import VARIABLES
from aiops_tui.config.sources import PREFIX, toml_key
from aiops_tui.text.translations import Translator
from aiops_tui.tui.keys import PLACES, Key, keys_of
from tools.example import ROOT, settings
from tools.manual import manual

SAY = Translator("en")

_KEYS = """\
# Keys

`?` shows those that work where you are. With a Hangul input method on, letters work by their place on the keyboard
(ㄴ is `s`). An action gets other keys in `config.toml`, by Textual's names of keys; here and in grey in the help stand
the names of the actions:

```toml
[keys]
share = "ctrl+s"
earlier = ["h", "comma"]
```

In the environment the same is `AIOPS_KEYS='share=ctrl+s;earlier=h,comma'`.
"""
_OPTIONS = """\
# Options and settings

Each option is also an environment variable and a key of `config.toml`: `--log-file` is `AIOPS_LOG_FILE` and `log_file`,
`--no-mouse` is `AIOPS_MOUSE=false` and `mouse = false`; `[share]` may stand before keys that begin with `share_`. The
command line wins over the environment, that over `.env` in the folder where the program starts, that over
`config.toml`, which lies in the platform's folder for settings (`~/.config/aiops-tui/`) or where `AIOPS_CONFIG` says.
`.env` and `config.toml` are read only if nobody but you can write to them. In parentheses stands what holds when
nothing is said.
"""


def documents() -> Mapping[Path, str]:
    """Return the pages by where they lie."""
    return {
        ROOT / "docs" / "keys.md": keys_page(),
        ROOT / "docs" / "options.md": options_page(),
        ROOT / "docs" / "man" / "aiops-tui.1": manual(SAY),
    }


def keys_page() -> str:
    """Return all keys, by where they work."""
    parts = [_KEYS]
    for place in PLACES:
        rows = [(_caps(key), _cell(SAY(key.message)), f"`{key.id}`") for key in keys_of(place)]
        parts.append(f"## {SAY(f'keys.place.{place}')}\n\n{_table(('key', 'does', 'action'), rows)}")
    return "\n".join(parts)


def _caps(key: Key) -> str:
    if not key.keys:
        return "none; by the palette"
    return " ".join(f"`{each}`" for each in key.shown.split())


def options_page() -> str:
    """Return all options with their variables and commands, and all other settings."""
    parts = [_OPTIONS]
    for group, rows in _options().items():
        title = SAY(f"cli.group.{group}").removesuffix(":")
        parts.append(f"## {title}\n\n{_table(('option', 'meaning', 'commands'), rows)}")
    others = [
        (f"`{each.name}`", f"`{toml_key(each.name)}`", f"`{each.value}`" if each.value else "", _cell(each.meaning))
        for each in settings()
    ]
    parts.append("## Settings\n")
    parts.append("As `.env.example` has them, a copy of which makes a good `.env`.\n")
    parts.append(_table(("variable", "key", "for example", "meaning"), others))
    return "\n".join(parts)


def _options() -> Mapping[str, list[tuple[str, ...]]]:
    """Return the rows of each group; an option that means something else to a command has a row for it."""
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    for command, groups in commands():
        for group in groups:
            rows = found.setdefault(group.name, {})
            for option in group.options:
                told = " ".join(filter(None, [_cell(meaning(option, command, SAY)), _others(option)]))
                rows.setdefault((_written(option), told), []).append(command)
    everybody = len(list(commands()))
    return {
        group: [(*row, "all" if len(users) == everybody else ", ".join(users)) for row, users in rows.items()]
        for group, rows in found.items()
    }


def commands() -> Iterator[tuple[str, tuple[Group, ...]]]:
    """Go through the commands with their options; ``console`` is the one without a name."""
    yield "console", program.groups
    for name, command in program.commands.items():
        yield name, getattr(command, "groups", ())


def _written(option: click.Option) -> str:
    choices = (option.metavar or "").split("|")
    if len(choices) == 1:
        return f"`{written(option)} {option.metavar or ''}".rstrip() + "`"
    return " ".join(f"`{each}`" for each in (written(option), *choices))


def _others(option: click.Option) -> str:
    """Return the variables of an option besides the one that follows from its name."""
    own = PREFIX + str(option.name).upper()
    names = [name for known in VARIABLES.values() if own in known for name in known if name != own]
    return f"Also `{'`, `'.join(names)}`." if names else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    """Return words as a cell has them: nothing is taken for the end of the cell, or for HTML."""
    return text.replace("|", "&#124;").replace("<", "&lt;")


def main() -> None:
    """Write the pages."""
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
