"""`callcontrol render`: writes the part of FreeSWITCH's configuration that follows from the YAML.

Users (directory/), gateways (sip_profiles/external/), addresses of trunks (acl/) and of the other switches (peers/),
folders of music (music/), the switch's own ports and password (vars/). Texts of prompts are spoken into the switch's
sounds, where `speech.sounds` says they are. What was written earlier and nothing asks for
any more is removed; files of others are never touched.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from callcontrol.config.freeswitch_xml import FOLDERS, MARKER, render
from callcontrol.config.settings import Settings
from callcontrol.edges.config_folder import UnreadableFolder, load_folder
from callcontrol.edges.rendered_files import ForeignFile, carry_out, changes, closed, opened_wider
from callcontrol.edges.speech.texts import folder_of, speak

DIFFERENT = 1
REFUSED = 2


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`render DIR --into FOLDER [--switch NAME] [--check]`."""
    parser = subparsers.add_parser("render", help="write FreeSWITCH's users and gateways", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds callcontrol.yaml")
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FOLDER", help="FreeSWITCH's configuration, such as freeswitch-xml"
    )
    parser.add_argument("--switch", metavar="NAME", help="which of `switches:` it is for (default: the first)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 if anything would change")


def run(args: argparse.Namespace) -> int:
    """Write what differs: 0 if all is as it should be, 1 if --check found differences, 2 if nothing could be done."""
    try:
        settings = _settings(args.folder, args.into)
        found = changes(args.into, render(settings, _switch(settings, args.switch)), FOLDERS, MARKER)
        if not args.check:
            _speak(settings)
        for change in found:
            print(change)
            if not args.check:
                carry_out(change)
        if not args.check:
            for path in opened_wider(args.into, FOLDERS, MARKER):
                print(closed(path))
    except (UnreadableFolder, ForeignFile, OSError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    if not found:
        print(f"{args.into}: nothing to change")
    elif not args.check:
        print("now: fs_cli -x reloadxml, fs_cli -x 'sofia profile external rescan', fs_cli -x reloadacl")
        if any(change.path.parent.name == "music" for change in found):
            print("and for music: fs_cli -x 'local_stream start TENANT/QUEUE' (new folder) or 'local_stream reload …'")
    return DIFFERENT if found and args.check else 0


def _settings(folder: Path, into: Path) -> Settings:
    if not (into / "freeswitch.xml").is_file():
        raise UnreadableFolder(f"{into} holds no freeswitch.xml: name FreeSWITCH's configuration folder")
    settings = load_folder(folder)
    if not isinstance(settings, Settings):
        raise UnreadableFolder("\n".join(map(str, settings)))
    return settings


def _switch(settings: Settings, named: str | None) -> str:
    name = named or next(iter(settings.switches))
    if name not in settings.switches:
        raise UnreadableFolder(f"there is no switch {name}: callcontrol.yaml has {', '.join(settings.switches)}")
    return name


def _speak(settings: Settings) -> None:
    told = speak(settings)
    if told.problems:
        raise UnreadableFolder("\n".join(map(str, told.problems)))
    if told.made:
        print(f"{told.made} texts were spoken into {folder_of(settings)}")
