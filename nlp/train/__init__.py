"""Train the encoder's heads and export what ships; needs the `train` extra (torch)."""
