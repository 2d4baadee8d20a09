"""Large Format: packs of the Stable Diffusion 1.5 family, as graphs without weights and a recipe for the browser."""
