"""Copying out of the screen: through the programs of this machine where they fit, else through the terminal."""
