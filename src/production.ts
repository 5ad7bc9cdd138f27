/** Libraries check less, and large answers of GraphQL take less time, where they are told that nobody develops them. To be imported before they are. */
process.env['NODE_ENV'] ??= 'production';
