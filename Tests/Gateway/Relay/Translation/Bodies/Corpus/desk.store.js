//# sourceMappingURL=«http://hr.corp→https://hr.example.com»/a.js.map
$.ajax({url:"«/inside→/outside»/x",headers:{Origin:"«http://desk.corp:8080/inside→https://desk.example.com/outside»"}});ws=new WebSocket("«wss://hr.corp→wss://hr.example.com»/s");
if(x<y&&y>z){/* «http://hr.corp→https://hr.example.com»/ */}s="xhttp://hr.corp/";t="http://hr.corpx/";v="http://hr.corp:8080/";
export default {h:"«http:\/\/hr.corp→https:\/\/hr.example.com»\/","p":"«\/inside→\/outside»\/p","q":"\/elsewhere"};
const u = `«http://news.star.corp→https://news.apps.example.com»/${id}?x=${y}`, r = /https?:\/\/x/g, d = a / b / c, l = "label:// no";
