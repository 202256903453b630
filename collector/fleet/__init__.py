"""The same run on many machines (extra [fleet]); nothing outside imports it unless the workspace says so.

    coordinator (quzheng run, nightly)      orders ──▶ queue (PostgreSQL) ──▶ workers (quzheng worker)
    registrar (the coordinator, by lease)   ◀── handovers (PostgreSQL) ◀── captures; blobs: shared folder or S3

Workers visit, upload blobs and hand captures over; only the registrar makes records of them. What a worker was told is taken
lies in the blobs and in the handovers, both on the disk; what was registered lies in the blobs and in the ledger.
"""
