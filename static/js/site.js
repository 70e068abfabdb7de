// Makes links and forms smoother; nothing needs it.
import "./leave.js";
import "./locate.js";
import "./share.js";
