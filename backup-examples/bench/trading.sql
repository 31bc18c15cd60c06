-- A trading database: :trades trades, with the accounts, instruments and orders that belong to them.
CREATE TABLE accounts (
  id bigint PRIMARY KEY, owner text NOT NULL, currency char(3) NOT NULL, balance numeric(20,4) NOT NULL, opened timestamptz NOT NULL);
INSERT INTO accounts
  SELECT i, 'Account holder ' || md5(i::text), (ARRAY['USD','EUR','GBP','JPY'])[1 + i % 4], (i * 7919 % 10000000) / 100.0,
         timestamptz '2020-01-01' + i * interval '1 minute'
  FROM generate_series(1, 100000) AS i;

CREATE TABLE instruments (id int PRIMARY KEY, symbol text NOT NULL UNIQUE, tick numeric(10,6) NOT NULL);
INSERT INTO instruments SELECT i, 'SYM' || lpad(i::text, 4, '0'), 0.01 FROM generate_series(1, 500) AS i;

CREATE TABLE trades (
  id bigint NOT NULL, account_id bigint NOT NULL, instrument_id int NOT NULL, side char(1) NOT NULL,
  quantity numeric(18,4) NOT NULL, price numeric(18,6) NOT NULL, executed timestamptz NOT NULL, venue text NOT NULL, client_order_id uuid NOT NULL);
INSERT INTO trades
  SELECT i, 1 + hashint8(i) & 65535, 1 + (hashint8(i + 1) & 2147483647) % 500, CASE WHEN hashint8(i + 2) > 0 THEN 'B' ELSE 'S' END,
         (hashint8(i + 3) & 16777215) / 100.0, 100 + (hashint8(i + 4) & 1048575) / 1000.0,
         timestamptz '2024-01-02' + i * interval '11 milliseconds',
         (ARRAY['XNYS','XNAS','XLON','XETR','BATS'])[1 + i % 5], md5(i::text)::uuid
  FROM generate_series(1, :trades) AS i;
ALTER TABLE trades ADD PRIMARY KEY (id);
CREATE INDEX trades_by_account ON trades (account_id, executed);
CREATE INDEX trades_by_client_order ON trades (client_order_id);
VACUUM ANALYZE;
