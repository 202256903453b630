"""The same run on many machines (extra [fleet]); nothing outside imports it unless the workspace says so."""
