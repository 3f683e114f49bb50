"""What is kept: uploaded photos on disk, sample pictures, patterns and grids, and caches bounded in bytes."""
