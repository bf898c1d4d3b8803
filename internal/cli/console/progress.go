package console

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	quietFor  = time.Second            // what is over by then is not worth a bar
	lineEvery = 10 * time.Second       // where nobody watches, one line in so much time
	redraw    = 100 * time.Millisecond // how often a bar moves

	TakingIn      = "taking in"
	ReadingBackup = "reading the backup"
)

// byteSteps count bytes; all other steps count things.
var byteSteps = []string{TakingIn, ReadingBackup, "reading the backup back"}

// progress shows on standard error how far a long step is. Whoever works says so with
// tell; a goroutine of its own draws, so that a step which says nothing for long moves too.
type progress struct {
	out      io.Writer
	terminal bool
	clock    func() time.Time

	mu          sync.Mutex
	began       time.Time // when the first step was told of
	lined       time.Time // when the last plain line was written
	step        string    // "" while there is nothing to show
	done, total int64
	bar         *progressbar.ProgressBar
	barStep     string
	barTotal    int64
}

// Watch begins to show progress, and ends it when done is called. Under --json nothing is
// shown: standard error is for the error alone then.
func (s *Session) Watch() (show func(step string, done, total int64), done func()) {
	if s.JSON {
		return nil, func() {}
	}
	p := &progress{out: s.Stderr, terminal: s.TerminalErr, clock: s.Clock}
	s.shown = p
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(redraw)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				p.draw()
			}
		}
	}()
	var once sync.Once
	return p.tell, func() {
		once.Do(func() {
			close(stop)
			<-stopped
			p.rest()
			s.shown = nil
		})
	}
}

// tell notes how far a step is. A total of 0 is not known.
func (p *progress) tell(step string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.began.IsZero() {
		p.began = p.clock()
		p.lined = p.began
	}
	p.step, p.done, p.total = step, done, total
}

// rest takes the bar off the screen, before something else is printed there; the next
// tell brings it back.
func (p *progress) rest() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = ""
	p.clear()
}

func (p *progress) clear() {
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
}

func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	switch {
	case p.step == "":
	case !p.terminal && now.Sub(p.lined) >= lineEvery:
		p.lined = now
		fmt.Fprintln(p.out, p.text())
	case p.terminal && now.Sub(p.began) >= quietFor:
		p.drawBar()
	}
}

// text is the step with how far it is.
func (p *progress) text() string {
	show, unit := func(n int64) string { return fmt.Sprint(n) }, ""
	if slices.Contains(byteSteps, p.step) {
		show, unit = func(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }, " MiB"
	}
	switch {
	case p.total > 0:
		return Fields(p.step, show(p.done)+" of "+show(p.total)+unit)
	case p.done > 0:
		return Fields(p.step, show(p.done)+unit)
	}
	return p.step
}

// drawBar shows the step: as a bar where the total is known, else as a turning mark.
func (p *progress) drawBar() {
	if p.bar == nil || p.barStep != p.step || p.barTotal != p.total {
		p.clear()
		p.barStep, p.barTotal = p.step, p.total
		p.bar = p.newBar()
	}
	p.bar.Describe(p.text())
	p.bar.Set64(p.done)
	p.bar.RenderBlank()
}

func (p *progress) newBar() *progressbar.ProgressBar {
	total := p.total
	if total == 0 {
		total = -1 // not known
	}
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.out), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(true),
		// No goroutine of its own: it would draw where something else is printed.
		progressbar.OptionSetSpinnerChangeInterval(0))
}

// Watched is a reader that tells how much of it was read.
func (s *Session) Watched(r io.Reader, step string, total int64) io.Reader {
	if s.shown == nil {
		return r
	}
	return &watchedReader{r, s.shown, step, 0, total}
}

type watchedReader struct {
	r           io.Reader
	p           *progress
	step        string
	done, total int64
}

func (w *watchedReader) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	w.done += int64(n)
	w.p.tell(w.step, w.done, w.total)
	return n, err
}
