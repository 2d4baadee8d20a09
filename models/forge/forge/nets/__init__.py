"""The networks of the Pocket pack. Every one is built from a `PocketConfig` and exports to ops that run on WebGPU."""
