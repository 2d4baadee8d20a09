"""`forge render`: training shards, or a labelled sheet to judge by eye."""

import argparse

from .assets import Assets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `forge render`."""
    parser.add_argument("--assets", help="synth_assets.npz (default: environment variable FORGE_ASSETS)")
    parser.add_argument("--out", help="folder for portraits/, references/ and identities.npz")
    parser.add_argument("--first", type=int, default=0, help="first identity seed")
    parser.add_argument("--count", type=int, default=100, help="number of identities")
    parser.add_argument("--portraits", type=int, default=4, help="directed portraits per identity")
    parser.add_argument("--references", type=int, default=3, help="reference photographs per identity")
    parser.add_argument("--batch", type=int, default=25, help="identities per shard")
    parser.add_argument("--worker", type=int, default=0, help="this process takes shards worker, worker + workers, ...")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--sheet", help="write a labelled sheet to this PNG instead")
    parser.add_argument(
        "--kind", choices=("options", "shoots", "references", "faces", "hair"), default="options", help="what the sheet shows"
    )
    parser.add_argument("--identities", type=int, default=6, help="rows of a shoots or references sheet")


def run(args: argparse.Namespace) -> None:
    """Renders what the arguments ask for."""
    assets = Assets(args.assets)
    if args.sheet:
        from .sheet import write_sheet

        write_sheet(assets, args.sheet, args.kind, args.first, args.identities)
        return
    if not args.out:
        raise SystemExit("forge render: --out or --sheet is needed")
    from .dataset import write_dataset

    write_dataset(assets, args)
