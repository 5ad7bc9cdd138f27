/** Libraries check less, and answer several times faster, where they are told that nobody develops them. To be imported before they are. */
process.env['NODE_ENV'] ??= 'production';
