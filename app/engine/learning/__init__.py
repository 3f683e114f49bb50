"""Learning step by step: one kernel from a pair of pictures, and a small network from drawn shapes."""
