"""The desk: a web application for the office. Nothing imports it but its command; it needs the extra `[desk]`.

What is shown was captured from pages that may be hostile, and who asks may be anybody who reaches the port: so every route
says who may take it (`page`), one place lets in or refuses (`gate`), and no page is sent before the access log has its line.
"""
