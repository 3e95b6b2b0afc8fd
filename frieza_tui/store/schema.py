"""The tables, version by version. A version that was ever released is never changed, only followed by another."""

from typing import Final

APPLICATION_ID: Final = 0x465A5454
"""Marks the file as ours: "FZTT" in its header."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE threads (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            is_renamed INTEGER NOT NULL DEFAULT 0,
            assistant TEXT NOT NULL DEFAULT '',
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL
        )""",
        "CREATE INDEX threads_by_time ON threads (updated_at)",
        """CREATE TABLE messages (
            number INTEGER PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
            seq INTEGER NOT NULL,
            id TEXT NOT NULL,
            role TEXT NOT NULL,
            body TEXT NOT NULL,
            folded TEXT NOT NULL,
            UNIQUE (thread_id, seq)
        )""",
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
            seq INTEGER NOT NULL,
            pid INTEGER NOT NULL,
            api TEXT NOT NULL,
            server TEXT NOT NULL,
            model TEXT NOT NULL,
            started_at REAL NOT NULL,
            ended TEXT,
            events TEXT,
            UNIQUE (thread_id, seq)
        )""",
        "CREATE INDEX runs_open ON runs (number) WHERE ended IS NULL",
        """CREATE TABLE deltas (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            at REAL NOT NULL,
            events TEXT NOT NULL
        )""",
        "CREATE INDEX deltas_by_run ON deltas (run)",
        """CREATE TABLE drafts (
            thread_id TEXT PRIMARY KEY,
            text TEXT NOT NULL,
            pid INTEGER NOT NULL,
            updated_at REAL NOT NULL
        )""",
        """CREATE VIRTUAL TABLE words USING fts5 (
            folded, content='messages', content_rowid='number', tokenize='trigram'
        )""",
        """CREATE TRIGGER words_added AFTER INSERT ON messages BEGIN
            INSERT INTO words (rowid, folded) VALUES (new.number, new.folded);
        END""",
        """CREATE TRIGGER words_deleted AFTER DELETE ON messages BEGIN
            INSERT INTO words (words, rowid, folded) VALUES ('delete', old.number, old.folded);
        END""",
    ),
    (
        """CREATE TABLE remote_objects (
            base_url TEXT NOT NULL,
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            key_source TEXT NOT NULL,
            key_mark TEXT NOT NULL,
            pid INTEGER NOT NULL,
            made_at REAL NOT NULL,
            PRIMARY KEY (base_url, id)
        )""",
    ),
    (
        # Messages become a tree with a path that ends at `head`: so ids must be a thread's own, which some servers'
        # are not, and a run is of a message, not of a place.
        "CREATE INDEX messages_by_id ON messages (thread_id, id)",
        """UPDATE messages SET id = id || '-' || number, body = json_set(body, '$.id', id || '-' || number)
            WHERE EXISTS (SELECT 1 FROM messages AS one WHERE one.thread_id = messages.thread_id
                AND one.id = messages.id AND one.seq < messages.seq)""",
        "DROP INDEX messages_by_id",
        "CREATE UNIQUE INDEX messages_by_id ON messages (thread_id, id)",
        "ALTER TABLE messages ADD COLUMN parent TEXT NOT NULL DEFAULT ''",
        """UPDATE messages SET parent = coalesce((SELECT one.id FROM messages AS one
            WHERE one.thread_id = messages.thread_id AND one.seq < messages.seq ORDER BY one.seq DESC LIMIT 1), '')""",
        "ALTER TABLE threads ADD COLUMN head TEXT NOT NULL DEFAULT ''",
        """UPDATE threads SET head = coalesce((SELECT one.id FROM messages AS one
            WHERE one.thread_id = threads.id ORDER BY one.seq DESC LIMIT 1), '')""",
        """CREATE TABLE new_runs (
            number INTEGER PRIMARY KEY,
            thread_id TEXT NOT NULL REFERENCES threads ON DELETE CASCADE,
            asked TEXT NOT NULL,
            reply TEXT NOT NULL DEFAULT '',
            pid INTEGER NOT NULL,
            api TEXT NOT NULL,
            server TEXT NOT NULL,
            model TEXT NOT NULL,
            started_at REAL NOT NULL,
            ended TEXT,
            events TEXT
        )""",
        """INSERT INTO new_runs SELECT runs.number, runs.thread_id, asked.id, coalesce(reply.id, ''), pid, api, server,
            model, started_at, ended, events FROM runs
            JOIN messages AS asked ON asked.thread_id = runs.thread_id AND asked.seq = runs.seq
            LEFT JOIN messages AS reply ON reply.thread_id = runs.thread_id AND reply.seq = runs.seq + 1
                AND reply.role = 'assistant'""",
        "DROP TABLE runs",
        "ALTER TABLE new_runs RENAME TO runs",
        "CREATE INDEX runs_by_thread ON runs (thread_id)",
        "CREATE INDEX runs_open ON runs (number) WHERE ended IS NULL",
        "ALTER TABLE drafts ADD COLUMN queued TEXT NOT NULL DEFAULT '[]'",
    ),
    (
        # A number of a process is another one's after a new start of the machine, and in a container always the same.
        "ALTER TABLE runs ADD COLUMN born INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE drafts ADD COLUMN born INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE remote_objects ADD COLUMN born INTEGER NOT NULL DEFAULT 0",
    ),
)
"""Statements that bring the file from version n to n + 1. In version 1 `runs.seq` is the place of the message answered;
from version 3 on `seq` is the order of arrival, and `runs.reply` is empty where no message came. `pid` and `born` are a
`processes.Process`."""
