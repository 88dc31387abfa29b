"""The runner of pages finds what is wrong with a page."""

from pathlib import Path

import pytest

from tests.docs.pages import Block, PageError, Reading, blocks_of, renew


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return tmp_path / "page.md"


def write(page: Path, *blocks: str) -> Path:
    page.write_text("\n\n".join(("# A page", *blocks)) + "\n", encoding="utf-8")
    return page


def block(language: str, text: str, options: str = "") -> str:
    return f"```{language}\n{options}{text}\n```"


def test_blocks_know_their_line_language_file_and_exit_code() -> None:
    text = "\n".join(
        [
            "# A page",
            "```{code-block} csv", ":caption: a.csv", "", "x,y", "1,2", "```",
            "<!-- exit code 1 -->", "", "```console", "$ maligeo check a.csv", "```",
            "Words.",
            "```text", "end", "```",
        ]
    )  # fmt: skip
    assert blocks_of(text) == [
        Block(2, 4, "csv", "x,y\n1,2", file="a.csv"),
        Block(10, 1, "console", "$ maligeo check a.csv", exit_code=1, follows=True),
        Block(14, 1, "text", "end"),
    ]


def test_a_block_without_an_end_is_told() -> None:
    with pytest.raises(PageError, match="line 2: the block has no end"):
        blocks_of("\n```python\nx = 1\n")


def test_a_right_page_passes(page: Path) -> None:
    write(
        page,
        block("{code-block} csv", "1,2", ":caption: a.csv\n\n"),
        block("python", 'from pathlib import Path\ntext = Path("a.csv").read_text()'),
        "Later blocks know the names of earlier ones:",
        block("python", "print(text)"),
        block("text", "1,2"),
        block("{code-block} python", 'print("hello")', ":caption: say.py\n\n"),
        block("console", "$ python say.py\nhello\n$ python say.py\nh[...]"),
        block("none", "0 6 * * 1 python say.py"),
    )
    assert Reading(page).run() == 5


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([block("python", "print(1 + 1)"), block("text", "3")], r"(?s)something else.*-3\n\+2"),
        ([block("python", "print(2)")], "printed at the end is not shown"),
        ([block("python", "print(2)"), block("python", "3")], "printed above is not shown"),
        ([block("python", "print(2)"), "Words.", block("text", "2")], "printed above is not shown"),
        ([block("python", "\n1 / 0")], r"(?s)page.md, line 3.*line 5.*ZeroDivisionError"),
        ([block("text", "from nowhere")], "nobody runs a block of 'text'"),
        ([block("", "x = 1")], "nobody runs a block of 'no language'"),
        ([block("sh", "ls")], "nobody runs a block of 'sh'"),
        ([block("console", "ls")], "begins with"),
        ([block("console", "$ rm -r nothing")], "nobody runs 'rm'"),
        ([block("console", "$ maligeo nonsense")], "ended with 2, not 0"),
        ([block("console", "$ maligeo check none.csv")], "ended with 1, not 0"),
        ([block("console", "$ maligeo crosswalk 2023 2015\nnothing")], "shows something else"),
    ],
)
def test_a_wrong_page_fails(page: Path, blocks: list[str], complaint: str) -> None:
    write(page, *blocks)
    with pytest.raises(PageError, match=complaint):
        Reading(page).run()


def test_an_exit_code_that_was_announced_has_to_come(page: Path) -> None:
    said = "<!-- exit code 1 -->"
    write(page, said, block("console", "$ maligeo check none.csv\nmaligeo: [...]none.csv[...]"))
    assert Reading(page).run() == 1
    write(page, said, block("console", "$ maligeo crosswalk 2023 2015\n[...]"))
    with pytest.raises(PageError, match="ended with 0, not 1"):
        Reading(page).run()


def test_renewing_changes_outputs_alone(page: Path) -> None:
    right = (
        block("python", 'print("a\\nb")'),
        block("text", "a\nb"),
        block("console", "$ python -m.py\n1"),
        "End.",
    )
    wrong = (right[0], "```text\n```", block("console", "$ python -m.py"), "End.")
    Path("-m.py").write_text("print(1)", encoding="utf-8")
    say = block("{code-block} python", "print(1)", ":caption: -m.py\n\n")
    renew(write(page, say, *wrong))
    renewed = page.read_text(encoding="utf-8")
    assert renewed == write(page, say, *right).read_text(encoding="utf-8")
    assert Reading(page).run() == 3
