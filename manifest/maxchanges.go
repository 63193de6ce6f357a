package manifest

// MaxChanges is how much a run may change. Of two bounds both hold.
type MaxChanges struct {
	Count *int64  // written as a number; nil: none is
	Share float64 // of the items, written as "5%" and kept as 0.05; 0: none is
}

// decodeNode reads a number of changes or a share such as "5%"; of nothing is nothing.
func (most *MaxChanges) decodeNode(d *decoder, m member, f *field) bool {
	var read MaxFailures
	if !read.decodeNode(d, m, f) {
		return false
	}
	if most.Share = read.Share; read.Share == 0 {
		most.Count = &read.Count
	}
	return true
}

// Tighter is what both of two bounds allow. Nil allows anything.
func Tighter(a, b *MaxChanges) *MaxChanges {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	both := *a
	if both.Count == nil || b.Count != nil && *b.Count < *both.Count {
		both.Count = b.Count
	}
	if both.Share == 0 || b.Share > 0 && b.Share < both.Share {
		both.Share = b.Share
	}
	return &both
}
