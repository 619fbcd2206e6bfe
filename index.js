const { SegmindApi } = require('./dist/credentials/SegmindApi.credentials.js');
const { Segmind } = require('./dist/nodes/Segmind/Segmind.node.js');

module.exports = { Segmind, SegmindApi };
