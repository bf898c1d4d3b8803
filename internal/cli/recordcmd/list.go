package recordcmd

import (
	"io"

	"heed/internal/cli/console"
)

// ask is how many objects to read for a page: one more than it shows, which tells
// whether there are more.
func ask(p console.Page) int {
	if p.Size() == 0 {
		return 0
	}
	return p.Size() + 1
}

// listed prints a page of what was read for it (see ask), and says where it is not all.
func listed[T any](v *verbs, list []T, total int, p console.Page, id func(T) string, text func(io.Writer, T)) error {
	size := p.Size()
	cut := size > 0 && len(list) > size
	if cut {
		list = list[:size]
	}
	err := v.Emit(console.NonNil(list), func(w io.Writer) {
		for _, x := range list {
			text(w, x)
		}
	})
	if err == nil && cut {
		v.More(total, id(list[size-1]))
	}
	return err
}
