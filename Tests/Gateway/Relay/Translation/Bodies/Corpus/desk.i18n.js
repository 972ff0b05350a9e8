$.ajax({url:"«/inside→/outside»/x",headers:{Origin:"«http://desk.corp:8080/inside→https://desk.example.com/outside»"}});ws=new WebSocket("«wss://hr.corp→wss://hr.example.com»/s");
export default {h:"«http:\/\/hr.corp→https:\/\/hr.example.com»\/","p":"«\/inside→\/outside»\/p","q":"\/elsewhere"};
const u = `«http://news.star.corp→https://news.apps.example.com»/${id}?x=${y}`, r = /https?:\/\/x/g, d = a / b / c, l = "label:// no";
if(x<y&&y>z){/* «http://hr.corp→https://hr.example.com»/ */}s="xhttp://hr.corp/";t="http://hr.corpx/";v="http://hr.corp:8080/";
var a='«//hr.corp→//hr.example.com»/x',b="/",c='//',d="«/inside→/outside»",e="/insider",f='http:',g='https'+'://hr.corp/';
"use strict";!function(e,t){"object"==typeof exports?module.exports=t():e.App=t()}(this,function(){return{root:"«/inside→/outside»/",api:"«http://desk.corp:8080/inside→https://desk.example.com/outside»/api"}});
