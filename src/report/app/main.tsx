// Starts the page: reads its data, then draws.
import { render } from "preact";
import { PAGE_ELEMENT } from "../../core/page.js";
import { App } from "./App.js";
import { pageSource } from "./source.js";
import "./style/base.css";
import "./style/parts.css";
import "./style/figures.css";
import "./style/instance.css";
import "./style/text.css";
import "./style/print.css";

const root = document.getElementById(PAGE_ELEMENT.root) ?? document.body.appendChild(document.createElement("div"));
root.replaceChildren();
render(<App source={pageSource()} />, root);
