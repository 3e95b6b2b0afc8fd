"""`python -m frieza_tui` is `frieza-tui`."""

import sys

from frieza_tui.cli import main

sys.exit(main())
