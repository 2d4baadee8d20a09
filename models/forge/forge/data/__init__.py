"""Reading rendered shards: composed portraits, aligned face crops, augmentation."""
