CREATE TABLE people (id int PRIMARY KEY, name text, email text, born date, tags text[], doc jsonb, boss int, "Mixed Case" text);
CREATE TABLE visits (person int, at timestamptz, page text, seconds numeric, meta jsonb, ip inet);
CREATE TABLE shops (shop int, city text, opened date, area numeric);
CREATE TABLE sales (shop int, person int, day date, amount numeric, items int, note text);
CREATE TABLE tree (id int, parent int, label text);
CREATE VIEW big_sales AS SELECT shop, day, amount FROM sales WHERE amount > 100;
