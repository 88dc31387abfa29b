"""`maligeo build`: what it says, in French and English, and its exit codes."""

from pathlib import Path

from tests.cli.commands import run

MONTH = '[[table]]\nfile = "counts.csv"\n'


def test_it_says_what_it_would_make_and_what_it_made(tmp_path: Path) -> None:
    (tmp_path / "month.toml").write_text(MONTH, encoding="utf-8")
    done = run("build", "month.toml", "--dry-run", "--language", "fr", cwd=tmp_path)
    lines = [f"à faire\u00a0: public/{file} (nouveau)\n" for file in ("counts.csv", "index.html")]
    assert done.stdout == "".join(lines)
    assert done.stderr == "public\u00a0: à faire 2, à garder 0, à retirer 0\n"
    assert not (tmp_path / "month").exists()
    done = run("build", "month.toml", "-o", "out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "public: 2 made, 0 kept, 0 dropped\n"
    assert (tmp_path / "out" / "public" / "counts.csv").is_file()
    done = run("build", "month.toml", "-o", "out", "--dry-run", cwd=tmp_path)
    assert done.stdout == "keep: public/counts.csv\nkeep: public/index.html\n"


def test_faults_of_the_file_are_listed(tmp_path: Path) -> None:
    (tmp_path / "month.toml").write_text("perod = 2021\n" + MONTH, encoding="utf-8")
    done = run("build", "month.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "maligeo: month.toml: 1 fault\n  perod: is no key that is known here; is it 'period'?\n"
    )
