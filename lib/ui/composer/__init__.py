"""What a message is written with: the box, its chips and parameters, files, and the choice of models."""
