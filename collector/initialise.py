"""Writes a new workspace: settings with comments, an empty list of targets, folders, and an office key."""

from __future__ import annotations

from pathlib import Path

from collector.errors import WorkspaceError
from collector.sealing import SealSettings
from collector.vault import KEY_FILE, make_key
from collector.workspace import FILE
from evidence import seal

SETTINGS = """\
# 取证工作区设置。每一项都可省略，省略时用所写的默认值。
# Settings of this workspace; every line may be left out, the defaults are as shown.

store: store              # 证据存放的文件夹 / folder of the evidence
rules: national-2019      # 检查指标版本 / rule set
# browser: /usr/bin/chromium-headless-shell   # 浏览器程序；不写则自动寻找 / found by itself when left out
# browser: cdp://10.1.2.3:9222   # 别处的浏览器，或有人打开着的浏览器；也可写 ws://… / a browser elsewhere, or a person's
# attended_by: 张三               # 谁在操作那个浏览器 / who sits at it
# context: own                   # own 每次新建环境；theirs 用那人已登录的环境 / a fresh context, or the person's own
jobs: 2                   # 同时进行的访问 / visits at once
# executor: fleet         # 由多台机器采集，见 deploy/fleet.md；缺省 local，即本机 / many machines visit; local: this one
# fleet:
#   database: host=db dbname=quzheng user=quzheng   # PostgreSQL；口令用 PGPASSFILE，不写在这里 / the password by PGPASSFILE
#   blobs: s3://bucket/prefix                       # 缺省为各机共用的存储文件夹 / without it: the store's folder, shared
#   ahead: 200            # 排队和待登记的访问最多多少个 / visits in the queue or unregistered at most
#   patience_seconds: 900 # 没有工作机应答、数据库连不上，最多等多久 / waited for workers, and for the database
#   stalled_seconds: 60   # 工作机多久没有应答，其访问即交给别的机器 / without a sign after which others do its visits
#   lease_seconds: 30     # 登记机多久没有续期，别的机器即可接管 / after which another machine may register
#   poll_milliseconds: 200   # 隔多久查看一次移交的结果 / between two looks at what was handed over
egress: direct            # 本机如何上网：direct、proxy、inspecting、split-dns / how this machine reaches the Internet

second_agent: true        # 首页另以搜索引擎名义看一次，防隐蔽篡改 / home pages also as a search engine, against cloaking
replay_share: 50          # 每千页抽多少页从存储重放比对 / pages of a thousand shown once more from the store
# time_source: [ntp://ntp.office.lan]   # 校时服务器，只量不改 / asked by how much our clock is off; it is never set
vault_key: vault.key      # 保险箱密钥文件，最好移到别的磁盘或挂载为机密 / key of the vault; better kept elsewhere
login_failures_a_day: 2   # 每个账号每天最多登录失败次数，防止账号被锁 / failed log-ins of an account a day
captcha_ocr: false        # 本单位系统（authority="own"）的图片验证码可否由 OCR 读取 / may OCR read picture codes of our own systems

limits:
  navigation_seconds: 30  # 页面多久必须有应答 / until a page must have answered
  settle_seconds: 3       # 页面载入后等待静止 / given to a page to become quiet
  challenge_seconds: 10  # 等待验证页自行放行 / given to a page that guards the page to let us in
  page_seconds: 120       # 一个页面总共 / one page altogether
  body_bytes: 52428800    # 单个应答最多保存的字节 / bytes of one response that are kept
  page_height: 200000     # 截图最大高度（像素） / pixels of one page that are pictured
  annexes: 10             # 随页面下载其附件，每页最多几个，0为不下载 / annexes fetched with a page; 0: none
  per_host: 2             # 对同一主机同时访问数 / visits to one host at once
  per_host_seconds: 0     # 对同一主机两次打开页面至少间隔秒数 / seconds between two pages of one host
  retry_after_most: 120   # 对方要求稍后再来（Retry-After）时最多等待秒数 / longest pause a host may ask for
  passes: 3               # 一时失败的页面总共尝试次数 / tries of what failed for the moment
  browser_captures: 500   # 浏览器采集多少页后更换 / captures after which the browser is replaced
  browser_bytes: 2147483648   # 浏览器占用内存超过此值即更换 / memory above which it is replaced

probe:                    # 可用性监测（WV-2）：quzheng probe，每30分钟由定时任务调用一次 / called every 30 minutes by cron
  minutes: 30             # 对同一网站两次访问间隔分钟数（每天不得少于20次） / minutes between two visits of one site
  from_hour: 7            # 只在这些钟点访问 / hours in which sites are asked
  to_hour: 23
  seconds: 15             # 多少秒打不开即为失败 / seconds after which a visit has failed
  # control: [https://www.gov.cn/]   # 对照网址：它打得开，才能排除本方网络原因 / answers where our own network works
  shared: 3               # 同一地址多少个网站同时失败即视为平台事件 / sites of one address that fail together
  ipv6: false             # 每次另以IPv6访问一次（WD-4.9），本单位有IPv6才可开启 / also over IPv6, where we have it
  # control6: [https://www.example.edu.cn/]   # IPv6对照网址（写域名）：它以IPv6打得开，才能排除本方原因 / control over IPv6
  links: 0                # quzheng probe --links 每天核对首页多少个链接（WD-4.3），0为不核对 / links of a home page asked a day
  links_pause: 300        # 打不开的链接隔多少秒再访问一次 / seconds until a failing link is asked again
  pages6: 0               # quzheng probe --pages 每天以IPv4和IPv6各访问多少个二、三级页面，0为不访问 / pages below home asked both ways

nightly:                  # 夜间任务：quzheng nightly --once 由定时任务调用，或 --at 08:30 常驻运行 / by cron, or as a service
  from: "08:30"           # 访问时段（北京时间，要加引号）：白天，不在对方夜间维护时 / the window: waking hours
  to: "18:00"
  days_off: true          # 休息日只看每天应看的页面 / on days off only what is due daily
  every: {home: 1, news: 1, column: 7, account: 2}   # 隔几天看一次：首页、动态要闻、其他栏目、账号 / days between two looks
  # next_t: "2021-06-29T10:00:00+08:00"   # 下一个检查时点；其前 run_up 天所有页面每天都看 / the next T
  run_up: 3
  # silent: [{from: 2026-10-01, to: 2026-10-03, why: 重保}]   # 静默：不访问的日子或时段 / days or spans without a visit
  # maintenance: [{host: www.example.gov.cn, from: "12:00", to: "13:30", why: 报备}]   # 报备的维护时段 / filed maintenance
  page_seconds: 8         # 没有实测时，一个页面按几秒计 / seconds a page is reckoned to take
  page_bytes: 150000      # 没有实测时，一个页面按存储增加几字节计 / bytes a page is reckoned to add to the store
  least_captured: 500     # 采到的页面不足千分之几即疑为我方网络故障 / per mille of pages below which we doubt our network
  compare_minutes: 60     # 与上次采集比对最多用多少分钟，其余留待人看 / minutes given to comparing pages with those before
  overdue_hours: 36       # 多久没有完整的夜间任务，doctor 即报警 / hours without a complete night until doctor complains
  lock_minutes: 15        # 别的机器的锁多久没有动静即可接管 / minutes until another machine's lock is taken over
  register_days: 31       # 登记表导出满几天应更新 / days after which a registry's export is old
  log_days: 400           # 日志保存天数，不少于184 / days that logs are kept
  syslog: ""              # 另发往 udp://主机:514 或套接字路径 / logs go there too
  alerts: {when: incomplete, command: [], webhook: "", seconds: 10}   # 告警：incomplete 或 always / who is told

words:                    # 本单位自己的词表文件，代替自带的；不写则用自带的 / the office's own lists in place of the shipped
  bad_links: ""           # 不良外链、暗链用词 / words of bad links
  wording: ""             # 规范表述 / how fixed expressions are to be written

office:                   # 证据包首页（证据说明）写明的本单位情况 / what the first sheet of a bundle says of this office
  name: ""                # 制作单位
  kept_at: ""             # 原始载体及保管地点
  contact: ""             # 联系人和电话
  remedies: []            # 救济途径，一条一句，按本省规定填写 / how and until when a unit may object

cases:                    # 案卷：通报前的要求 / what is demanded of a case before it is published
  notify_first: true      # 先发核实函、单位回复或逾期后，才能通报 / the unit is asked first
  answer_days: 5          # 核实函的回复期限（工作日） / working days to answer
  rectify_days: 10        # 整改通知单的整改期限（工作日） / working days to put right what was published
  ruling_days: 10         # 异议的答复期限（工作日） / working days to rule on an objection
  # remedy: 收到本答复之日起15日内，可以向×××申请复核   # 异议答复书所写的救济途径 / what a unit may do next

desk:                     # 检查工作台：quzheng desk / the desk in the browser
  hosts: []               # 浏览器访问它所用的主机名（本机之外），如 [qz.office.lan] / names it is reached by, beside this machine
  tls: false              # 前面有反向代理提供 HTTPS；没有则只在本机监听 / a reverse proxy in front speaks TLS
  proxies: []             # 反向代理的地址，只信它转告的来访地址 / whose X-Forwarded-For is believed
  idle_minutes: 20        # 多久不操作即退出 / minutes without a request until a session ends
  longest_hours: 10       # 一次登录最长多久 / hours after which it ends in any case
  failures: 5             # 连续登录失败几次即须等待，越来越久 / failed log-ins until each further one must wait
  password_length: 12     # 密码至少几个字符 / characters of a password
  second_factor: [reviewer, leader, admin]   # 必须用动态口令的角色 / roles that need a one-time code

seal:                     # quzheng init 生成的密钥是自签名的，仅供内部完整性校验；对外使用请换成签发的证书
  # the key that init makes is self-signed: good for integrity inside the office only
  key: seal/office.key    # 单位签名私钥（PEM，EC 或 RSA） / the office's signing key
  certificate: seal/office.pem
  # pkcs12: seal/office.p12           # 或用 PKCS#12 文件（口令放环境变量 QUZHENG_SEAL_PASSPHRASE） / or key and certificate in one
  # command: [/usr/local/bin/sign]    # 或由外部程序签名（签名验签服务器、UKey） / or a program signs
  # command_seconds: 60               # 等待外部程序签名的秒数 / that the program is given
  # timestamp:                        # 时间戳机构（RFC 3161）；只送出摘要 / time-stamp authority; only a digest goes out
  #   url: http://tsa.example/        # 机构网址；或改用 command: [程序, 参数] / or command: a program in its place
  #   ca: seal/tsa.pem                # 机构的证书或其上级证书；换机构时保留旧的 / its certificate, or one above; keep old ones
  #   policy: 1.2.3.4                 # 要求的策略，可不写 / policy demanded; may be left out
  #   seconds: 20                     # 最多等待秒数 / that it is given to answer
  #   required: true                  # true：取不到时间戳的证据包标为 UNSEALED / without a time-stamp a bundle is UNSEALED
  # sm2:                              # 另加国密签名（SM2/SM3，需 openssl 3.0 以上） / an SM2 signature beside the seal
  #   certificate: seal/sm2.pem       # 签名证书，不是加密证书 / the signing certificate, not the one for encryption
  #   key: seal/sm2.key               # 私钥（PEM）；口令用 quzheng vault set sm2 passphrase 存放 / its key; passphrase in the vault
  #   command: [/usr/local/bin/sm2]   # 或由外部程序签名，代替 key / or a program signs, in place of key
  #   command_seconds: 60
  #   required: true                  # true：没有国密签名的证据包标为 UNSEALED / without it a bundle is UNSEALED
"""

TARGETS = """\
# 检查对象。每个对象一项；标识码要加引号，否则前面的 0 会丢失。
# Targets, one entry each; quote site codes or their leading zeros are lost.
#
# - id: example
#   name: 示范县人民政府网
#   kind: portal                  # portal, department, service, credit; account for 政务新媒体（另写 platform、platform_id）
#   url: https://www.example.gov.cn/
#   site_code: "0110000012"
#   unit: 示范县人民政府办公室
#   columns:                      # 也可写在 columns/example.yaml / or in a file of its own
#     - {label: news, name: 部门动态, url: xwzx/bmdt/, class: news, level: 1, duty: true}
#     - {label: report, name: 年报, url: zwgk/nb/, duty: yearly}
[]
"""

FOLDERS = ("columns", "periods", "flows", "indicators", "rules")


def initialise(folder: Path, *, office: str = "quzheng") -> Path:
    """Write a workspace into `folder`, with an office key and a key of the vault, and return its settings file.

    Raises WorkspaceError where one is there already; nothing is overwritten.
    """
    settings = folder / FILE
    if settings.exists():
        raise WorkspaceError(f"{folder} is a workspace already: {settings} exists; nothing was changed")
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    targets = folder / "targets.yaml"
    if not targets.exists():
        targets.write_text(TARGETS, encoding="utf-8")
    key = folder / SealSettings().key
    if not key.exists():
        seal.make_office_key(key.parent, office)
    if not (folder / KEY_FILE).exists():
        make_key(folder / KEY_FILE)
    settings.write_text(SETTINGS, encoding="utf-8")
    return settings
