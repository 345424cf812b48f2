"""What docs/deploy gives away is held to the program: each line of it, as far as that goes."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

import config
from tests import debian
from tests.conftest import SECRET
from tests.nursery import ROOT
from tests.servers import free_port, wait_until

DEPLOY = ROOT / "docs" / "deploy"
NAMES = {setting.name for setting in config.SETTINGS}
FILLED = {"SECRET_KEY": SECRET, "JWT_SECRET": SECRET, "POSTGRES_PASSWORD": "p"}


def container() -> Iterator[tuple[str, str]]:
    """The instructions of the Containerfile, each with what follows it."""
    words = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    for line in words.splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name, rest.strip()


def environment(lines: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines.splitlines() if line and line[0] != "#")
    return {name: value for name, _, value in pairs}


def services() -> dict[str, dict[str, object]]:
    words = (DEPLOY / "compose.yaml").read_text()
    filled = re.sub(r"\$\{(\w+):\?\}", lambda found: FILLED[found[1]], words)
    return yaml.safe_load(filled)["services"]  # type: ignore[no-any-return]


def assert_flask_knows(words: list[str]) -> None:
    command = [sys.executable, "-m", "flask", *words, "--help"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert asked.returncode == 0, asked.stderr


def test_the_environment_file_is_one_that_deskbell_takes() -> None:
    given = environment((DEPLOY / "deskbell.env").read_text())
    assert set(given) <= NAMES
    assert [name for name, value in given.items() if not value] == ["SECRET_KEY", "JWT_SECRET"]
    assert config.read(given | FILLED)["IS_PRODUCTION"]


def test_commands_have_the_settings_of_the_service(tmp_path: Path) -> None:
    """Whatever they hold: blanks, signs of the shell."""
    given = {"SITE_NAME": "Your $HOME `Shop`", "DATABASE_URL": f"sqlite:///{tmp_path}/a b.db"}
    lines = [f"{name}={value}" for name, value in given.items()]
    (tmp_path / "desk.env").write_text("# a remark\n\n" + "\n".join(lines) + "\n")
    script = (DEPLOY / "desk").read_text()
    for ours, here in (
        ("/etc/deskbell.env", f"'{tmp_path}/desk.env'"),
        ("/opt/deskbell", str(ROOT)),
        ("runuser -u deskbell -- .venv/bin/flask", f"{sys.executable} -m flask"),
    ):
        assert script.count(ours) == 1
        script = script.replace(ours, here)
    asked = ["sh", "-c", script, "desk", "setup"]
    subprocess.run(asked, check=True, capture_output=True, env={"PATH": os.environ["PATH"]})
    assert (tmp_path / "a b.db").stat().st_size > 0


def test_the_composed_services_are_set_up_as_deskbell_takes_it() -> None:
    all_of_them = services()
    ours = [name for name, each in all_of_them.items() if "build" in each]
    assert ours == ["desk", "setup", "jobs"]
    for name in ours:
        service = all_of_them[name]
        assert service["build"] == {
            "context": "../..",
            "dockerfile": "docs/deploy/Containerfile",
        }
        assert (DEPLOY / "../..").resolve() == ROOT
        given = service["environment"]
        assert isinstance(given, dict)
        assert set(given) <= NAMES
        assert config.read(given | {"APP_ENV": "production"})["JOBS"] == "apart"
        depends = service["depends_on"]
        assert isinstance(depends, dict)
        assert set(depends) <= set(all_of_them)
        command = service.get("command")
        if isinstance(command, list):
            assert command[:3] == ["flask", "--app", "wsgi"]
            assert_flask_knows(command[1:])


def test_an_image_holds_what_it_takes_to_serve(tmp_path: Path) -> None:
    """What is copied into it is copied here, what is run in it is run here."""
    said = list(container())
    assert {name for name, _ in said} <= {
        "FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "ENV", "EXPOSE", "STOPSIGNAL",
        "HEALTHCHECK", "CMD",
    }  # fmt: skip
    wanted = "3.11"  # of pyproject.toml
    assert f'python_version = "{wanted}"' in (ROOT / "pyproject.toml").read_text()
    assert dict(said)["FROM"].startswith(f"docker.io/library/python:{wanted}-")
    for copy in (rest for name, rest in said if name == "COPY"):
        *sources, target = copy.split()
        for source in sources:
            tracked = ["git", "ls-files", "--error-unmatch", source]
            subprocess.run(tracked, cwd=ROOT, check=True, capture_output=True)
            if (ROOT / source).is_dir():
                nothing = shutil.ignore_patterns("*.mo", "__pycache__")
                shutil.copytree(ROOT / source, tmp_path / target, ignore=nothing)
            else:
                shutil.copy(ROOT / source, tmp_path / target)
    steps = [step.strip() for name, rest in said if name == "RUN" for step in rest.split("&&")]
    programs = Path(sys.executable).parent
    for step in steps:
        words = shlex.split(step)
        if words[0] == "useradd":
            assert "--system" in words
        elif words[0] == "pip":  # what `make` has done here
            assert (tmp_path / words[words.index("-r") + 1]).is_file()
        elif words[0] == "chown":
            assert (tmp_path / words[-1]).is_dir()
        else:
            here = {"PATH": f"{programs}:{os.environ['PATH']}"}
            subprocess.run(words, cwd=tmp_path, env=here, check=True, capture_output=True)
    assert list(tmp_path.glob("app/translations/*/*/*.mo"))

    port = free_port()
    given = dict(pair.split("=") for name, rest in said if name == "ENV" for pair in rest.split())
    assert set(given) <= NAMES
    assert given["PORT"] == dict(said)["EXPOSE"]
    assert dict(said)["VOLUME"].endswith("/instance")
    here = given | {"HOST": "127.0.0.1", "PORT": str(port), "PATH": os.environ["PATH"]}
    (check,) = (rest for name, rest in said if name == "HEALTHCHECK")
    health = eval(check.partition("CMD ")[2])[2].replace(given["PORT"], str(port))
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "setup"]
    subprocess.run(flask, cwd=tmp_path, env=here, check=True, capture_output=True)
    (command,) = (eval(rest) for name, rest in said if name == "CMD")
    assert command[0] == "python"
    server = subprocess.Popen([sys.executable, *command[1:]], cwd=tmp_path, env=here)
    try:
        wait_until(
            lambda: (
                subprocess.run(
                    [sys.executable, "-c", health], check=False, capture_output=True
                ).returncode
                == 0
            ),
            30,
        )
        page = requests.get(f"http://127.0.0.1:{port}/login", timeout=10)
        assert page.status_code == 200
    finally:
        server.terminate()
        assert server.wait(15) == 0
    assert (tmp_path / "instance" / "deskbell.db").is_file()


@pytest.mark.parametrize("name", ["deskbell.service", "deskbell-worker.service"])
def test_systemd_has_nothing_against_the_unit(name: str, tmp_path: Path) -> None:
    analyze = debian.find("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not here")
    words = (DEPLOY / name).read_text()
    assert words.startswith(f"# /etc/systemd/system/{name}")
    programs = Path(sys.executable).parent
    for program in ("flask", "python"):
        words = words.replace(f"/opt/deskbell/.venv/bin/{program}", str(programs / program))
    words = words.replace("/opt/deskbell", str(ROOT)).replace("deskbell\nGroup=deskbell", "root")
    (tmp_path / name).write_text(words)
    asked = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in asked.stderr.splitlines() if name in line]
    assert ours == []


def test_the_unit_runs_what_there_is() -> None:
    for name in ("deskbell.service", "deskbell-worker.service"):
        lines = (DEPLOY / name).read_text().splitlines()
        started = [line.partition("=")[2] for line in lines if line.startswith("ExecStart")]
        for command in started:
            words = shlex.split(command)
            assert words[0] in ("/opt/deskbell/.venv/bin/python", "/opt/deskbell/.venv/bin/flask")
            if words[0].endswith("flask"):
                assert_flask_knows(words[1:])
            else:
                assert (ROOT / words[1]).is_file()
