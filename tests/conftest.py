"""What every test shares: hypothesis without deadlines, for this machine is shared and noisy."""

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
