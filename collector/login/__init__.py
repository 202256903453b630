"""Logging in, as a flow declares it: the declaration, the kinds of log-in and of codes, and the one try a visit has.

kinds/ has one file a kind of log-in, codes/ one a kind of code that a form may ask for besides the password.
"""

from collector.login.codes import Code, OneTimeCode, PictureCode, SmsCode
from collector.login.declared import Login

__all__ = ["Code", "Login", "OneTimeCode", "PictureCode", "SmsCode"]
