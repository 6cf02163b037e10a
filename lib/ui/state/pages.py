"""The scripts of the pages, as links and switches name them."""

CHAT_PAGE = "pages/chat.py"
COMPARE_PAGE = "pages/compare.py"
DECKS_PAGE = "pages/decks.py"
RECORDINGS_PAGE = "pages/recordings.py"
PRESENT_PAGE = "pages/present.py"
MODELS_PAGE = "pages/models.py"
DOCTOR_PAGE = "pages/doctor.py"
