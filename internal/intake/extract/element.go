package extract

// skipped lists elements that hold no text of the document, or whose text is a control
// or a fallback. noscript is among them because extraction sees what a reader saw.
func skipped(name string) bool {
	switch name {
	case "head", "script", "style", "nav", "noscript", "template", "title", "iframe", "noembed", "noframes", "svg", "object", "canvas",
		"audio", "video", "select", "datalist", "button", "textarea", "rt", "rp":
		return true
	}
	return false
}

func inHead(name string) bool {
	switch name {
	case "head", "title", "meta", "link", "base", "basefont", "bgsound", "script", "style", "noscript", "noframes", "template":
		return true
	}
	return false
}

func void(name string) bool {
	switch name {
	case "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

func tablePart(name string) bool {
	switch name {
	case "table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption":
		return true
	}
	return false
}

// isBlock lists the elements that begin and end a paragraph (HTML, section 15.3).
func isBlock(name string) bool {
	switch name {
	case "html", "head", "body", "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
		"fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
		"legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search", "section", "summary", "ul", "listing", "xmp", "plaintext":
		return true
	}
	return tablePart(name)
}
