export default {h:"«http:\/\/hr.corp→https:\/\/hr.example.com»\/","p":"«\/inside→\/outside»\/p","q":"\/elsewhere"};
"use strict";!function(e,t){"object"==typeof exports?module.exports=t():e.App=t()}(this,function(){return{root:"«/inside→/outside»/",api:"«http://desk.corp:8080/inside→https://desk.example.com/outside»/api"}});
//# sourceMappingURL=«http://hr.corp→https://hr.example.com»/a.js.map
