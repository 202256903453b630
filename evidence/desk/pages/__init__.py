"""The pages of the desk, one file each; `evidence.desk.page` says how."""
