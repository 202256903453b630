"""The codes that a form may ask for besides the password: one file a kind, each says where its code comes from."""

from collector.login.codes.one_time import OneTimeCode
from collector.login.codes.picture import PictureCode
from collector.login.codes.sms import SmsCode

Code = OneTimeCode | PictureCode | SmsCode

__all__ = ["Code", "OneTimeCode", "PictureCode", "SmsCode"]
