/* SPDX-License-Identifier: MIT */
/*
 * What makes the picture answer: the detail line under the mouse, zoom by a click on a box, search
 * by a regular expression. Without scripts it is a still picture with the browser's own hover
 * titles.
 */
#include "report.h"

const char flame_style[] =
    "text{font:11px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#2b1a06;pointer-events:none}"
    ".title{font:bold 18px 'DejaVu Sans',Verdana,sans-serif}"
    ".note{font:12px 'DejaVu Sans',Verdana,sans-serif;fill:#5d4a33}"
    "#search,#reset{pointer-events:auto;cursor:pointer;text-decoration:underline}"
    "#boxes rect{cursor:pointer;rx:2px}"
    "#boxes g:hover rect{stroke:#2b1a06;stroke-width:1}";

const char flame_script[] =
    "\n(function(){\n"
    "var LETTER=6.63,LEFT=12,WIDE=1176;\n"
    "var $=function(id){return document.getElementById(id);};\n"
    "var boxes=[].slice.call($('boxes').children).map(function(g){\n"
    "  var r=g.querySelector('rect'),t=g.querySelector('title').textContent;\n"
    "  return {g:g,r:r,t:g.querySelector('text'),x:+r.getAttribute('x'),y:+r.getAttribute('y'),\n"
    "    w:+r.getAttribute('width'),name:t.split('\\n')[0],title:t.replace('\\n',': '),\n"
    "    fill:r.getAttribute('fill')};});\n"
    "function label(b,x,w){\n"
    "  var n=Math.floor((w-6)/LETTER),s=n<5?'':b.name.length<=n?b.name:b.name.slice(0,n-2)+'..';\n"
    "  if(!b.t){if(!s)return;b.t=document.createElementNS('http://www.w3.org/2000/svg','text');\n"
    "    b.t.setAttribute('y',b.y+12);b.g.appendChild(b.t);}\n"
    "  b.t.setAttribute('x',x+3);b.t.textContent=s;}\n"
    "function zoom(to){boxes.forEach(function(b){\n"
    "  var under=b.y>to.y&&b.x<=to.x+.01&&b.x+b.w>=to.x+to.w-.01;\n"
    "  var inside=b.y<=to.y&&b.x>=to.x-.01&&b.x+b.w<=to.x+to.w+.01;\n"
    "  b.g.style.display=under||inside?'':'none';\n"
    "  if(!under&&!inside)return;\n"
    "  var k=WIDE/to.w,x=under?LEFT:LEFT+(b.x-to.x)*k,w=under?WIDE:b.w*k;\n"
    "  b.r.setAttribute('x',x);b.r.setAttribute('width',w);\n"
    "  b.g.style.opacity=under?.5:1;label(b,x,w);});}\n"
    "function search(){\n"
    "  var s=prompt('Functions whose name matches (regular expression):');\n"
    "  if(s===null)return;\n"
    "  var re=new RegExp(s||'(?!)'),found=[];\n"
    "  boxes.forEach(function(b){var hit=re.test(b.name);\n"
    "    b.r.setAttribute('fill',hit?'#c45ae0':b.fill);if(hit)found.push(b);});\n"
    "  var sum=0,last=-1;\n"
    "  found.sort(function(a,b){return a.x-b.x||b.w-a.w;}).forEach(function(b){\n"
    "    if(b.x>=last-.005){sum+=b.w;last=b.x+b.w;}});\n"
    "  $('detail').textContent=s?'matched: '+(100*sum/WIDE).toFixed(2)+' % of the time':' ';}\n"
    "boxes.forEach(function(b){\n"
    "  b.g.addEventListener('click',function(){zoom(b);});\n"
    "  b.g.addEventListener('mouseenter',function(){$('detail').textContent=b.title;});});\n"
    "$('reset').addEventListener('click',function(){zoom(boxes[0]);});\n"
    "$('search').addEventListener('click',search);\n"
    "})();\n";
