"use strict";!function(e,t){"object"==typeof exports?module.exports=t():e.App=t()}(this,function(){return{root:"«/inside→/outside»/",api:"«http://desk.corp:8080/inside→https://desk.example.com/outside»/api"}});
const u = `«http://news.star.corp→https://news.apps.example.com»/${id}?x=${y}`, r = /https?:\/\/x/g, d = a / b / c, l = "label:// no";
//# sourceMappingURL=«http://hr.corp→https://hr.example.com»/a.js.map
if(x<y&&y>z){/* «http://hr.corp→https://hr.example.com»/ */}s="xhttp://hr.corp/";t="http://hr.corpx/";v="http://hr.corp:8080/";
