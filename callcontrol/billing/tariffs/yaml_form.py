"""The YAML form of a price list.

tariff: standard
currency: PLN
periods:
  peak: {days: mon-fri, times: 08:00-20:00}
  holiday: {dates: [01-01, 12-25]}          # or a list of such spans
default_period: offpeak
versions:
  - valid_from: 2026-01-01                   # settings and periods written here are this version's own
    prefixes:
      - {prefix: 48, destination: Poland, step: 60/1, price_per_minute: {peak: 0.10, offpeak: 0.05, holiday: 0.05}}
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.billing.tariffs.written import (
    BY_PERIOD,
    ROW_COLUMNS,
    TARIFF_SETTINGS,
    VERSION_SETTINGS,
    Cell,
    Findings,
    WrittenRow,
    WrittenSpan,
    WrittenTariff,
    WrittenVersion,
    column_of,
    listed,
)
from callcontrol.config.yaml_reader import Document, Tree, YamlPath, read

_SPAN_KEYS = ("days", "times", "dates")


def read_yaml(text: str, findings: Findings) -> WrittenTariff:
    """Read the file's text; what cannot be placed is among the findings, the rest is returned all the same."""
    document = read(findings.file, text)
    findings.problems += document.problems
    if document.tree is None and document.problems:
        return WrittenTariff()
    return _Reading(document, findings).tariff()


@dataclass(slots=True)
class _Reading:
    document: Document
    findings: Findings

    def tariff(self) -> WrittenTariff:
        top = self._mapping(self.document.tree, (), "a price list begins with `tariff: name`")
        settings = self._settings(top, (), TARIFF_SETTINGS, ("periods", "versions"))
        written = WrittenTariff(settings, self._spans(top.get("periods"), ("periods",)))
        for index, tree in enumerate(self._list(top.get("versions"), ("versions",))):
            self._take_version(tree, ("versions", str(index)), written)
        return written

    def _take_version(self, tree: Tree, place: YamlPath, tariff: WrittenTariff) -> None:
        entries = self._mapping(tree, place, "a version is `valid_from: …` and `prefixes: …`")
        if not entries:
            return
        settings = self._settings(entries, place, VERSION_SETTINGS, ("valid_from", "periods", "prefixes"))
        valid_from = Cell(
            self._text(entries.get("valid_from"), (*place, "valid_from")), self._line(*place, "valid_from")
        )
        version = WrittenVersion(valid_from, settings, self._spans(entries.get("periods"), (*place, "periods")))
        rows_place = (*place, "prefixes")
        for index, row in enumerate(self._list(entries.get("prefixes"), rows_place)):
            self._take_row(row, (*rows_place, str(index)), version)
        tariff.versions.append(version)

    def _settings(
        self, entries: dict[str, Tree], place: YamlPath, names: tuple[str, ...], others: tuple[str, ...]
    ) -> dict[str, Cell]:
        """Entries that are settings; what is neither a setting nor one of the others is a mistake."""
        settings: dict[str, Cell] = {}
        for key, tree in entries.items():
            here = (*place, key)
            if key in names and (text := self._text(tree, here)):
                settings[key] = Cell(text, self._line(*here))
            elif key not in names and key not in others:
                self.findings.add(
                    self._line(*here), f"unknown key {key!r}", f"keys here are {listed((*names, *others))}"
                )
        return settings

    def _spans(self, tree: Tree, place: YamlPath) -> list[WrittenSpan]:
        if tree is None:
            return []
        spans: list[WrittenSpan] = []
        for period, value in self._mapping(tree, place, "write `name: {days: mon-fri, times: 08:00-20:00}`").items():
            here = (*place, period)
            if isinstance(value, list):
                spans += [self._span(period, item, (*here, str(index))) for index, item in enumerate(value)]
            else:
                spans.append(self._span(period, value, here))
        return spans

    def _span(self, period: str, tree: Tree, place: YamlPath) -> WrittenSpan:
        entries = self._mapping(tree, place, "a period is days, times or dates: {days: mon-fri, times: 08:00-20:00}")
        for key in entries:
            if key not in _SPAN_KEYS:
                self.findings.add(self._line(*place, key), f"unknown key {key!r}", f"a period has {listed(_SPAN_KEYS)}")
        days, times, dates = (self._texts(entries.get(key), (*place, key)) for key in _SPAN_KEYS)
        return WrittenSpan(period, days, times, dates, self._line(*place))

    def _take_row(self, tree: Tree, place: YamlPath, version: WrittenVersion) -> None:
        cells: dict[str, str] = {}
        lines: dict[str, int] = {}
        for key, value in self._mapping(tree, place, "a row is {prefix: 48, destination: Poland, …}").items():
            here = (*place, key)
            line = self._line(*here)
            known = column_of(key)
            if known is None or known.period:
                self.findings.add(line, f"unknown key {key!r}", f"a row has {listed(ROW_COLUMNS)}")
            elif isinstance(value, dict) and known.base in BY_PERIOD:
                for period, price in value.items():
                    column, period_line = f"{key}:{period}", self._line(*here, period)
                    version.by_period.append(Cell(column, period_line))
                    cells[column], lines[column] = self._text(price, (*here, period)), period_line
            elif text := self._text(value, here):
                cells[key], lines[key] = text, line
        written = {column: text for column, text in cells.items() if text}
        if written:
            version.rows.append(WrittenRow(self._line(*place), tuple(written), list(written.values()), lines))

    def _mapping(self, tree: Tree, place: YamlPath, right: str) -> dict[str, Tree]:
        """The entries; none, and a mistake, where there is no mapping with any."""
        if isinstance(tree, dict) and tree:
            return tree
        self.findings.add(self._line(*place), f"{_name_of(tree)} where keys and values belong", right)
        return {}

    def _list(self, tree: Tree, place: YamlPath) -> list[Tree]:
        if tree is None:
            return []
        if isinstance(tree, list):
            return tree
        self.findings.add(self._line(*place), f"{_name_of(tree)} where a list belongs", "begin each entry with `- `")
        return []

    def _text(self, tree: Tree, place: YamlPath) -> str:
        if tree is None or isinstance(tree, str):
            return (tree or "").strip()
        self.findings.add(self._line(*place), f"{_name_of(tree)} where a text belongs", f"write `{place[-1]}: value`")
        return ""

    def _texts(self, tree: Tree, place: YamlPath) -> str:
        """A text, or a list of texts as one."""
        if isinstance(tree, list):
            return " ".join(self._text(item, (*place, str(index))) for index, item in enumerate(tree))
        return self._text(tree, place)

    def _line(self, *place: str) -> int:
        return self.document.line(place)


def _name_of(tree: Tree) -> str:
    if not tree:
        return "nothing"
    if isinstance(tree, str):
        return f"the text {tree[:40]!r}"
    return "a list" if isinstance(tree, list) else "a mapping"
