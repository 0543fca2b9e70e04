/* Anisotropic eikonal equation sqrt(grad T . D grad T) = 1 on tetrahedra with faster triangles on some surfaces.

   Label-correcting front: a node is taken from the heap in the order of its time, offers a time to its neighbours through
   every simplex they share, and a neighbour that gets an earlier time goes (back) into the heap. Under anisotropy a node may
   improve after it was taken; it is then simply taken again, so the result is the fixed point of the Hopf-Lax update
   T(w) = min over the opposite simplex of [ T(y) + |w - y|_M ], M = D^-1, whatever the order.

   Edges carry squared metric lengths (ms^2); inner products follow from them by polarisation. Times are in ms. */

#include <math.h>
#include <stdint.h>

/* One tetrahedron in one cache line: its nodes, the squared metric lengths of its edges and the metric heights of its corners. */
typedef struct {
    int32_t node[4];
    float length[6], height[4];
    int32_t unused[2];
} Tet;

typedef struct {
    double *time;
    int32_t *heap;     /* node at each place of a 4-ary heap */
    int32_t *place;    /* place of each node, -1 where it is not in the heap */
    int32_t size;
} Front;

static void lift(Front *f, int32_t at) {
    const int32_t node = f->heap[at];
    const double key = f->time[node];
    while (at > 0) {
        const int32_t up = (at - 1) >> 2;
        const int32_t other = f->heap[up];
        if (f->time[other] <= key) break;
        f->heap[at] = other;
        f->place[other] = at;
        at = up;
    }
    f->heap[at] = node;
    f->place[node] = at;
}

static void sink(Front *f, int32_t at) {
    const int32_t node = f->heap[at];
    const double key = f->time[node];
    for (;;) {
        const int32_t first = 4 * at + 1;
        if (first >= f->size) break;
        const int32_t last = first + 4 < f->size ? first + 4 : f->size;
        int32_t best = first;
        for (int32_t c = first + 1; c < last; ++c)
            if (f->time[f->heap[c]] < f->time[f->heap[best]]) best = c;
        const int32_t other = f->heap[best];
        if (f->time[other] >= key) break;
        f->heap[at] = other;
        f->place[other] = at;
        at = best;
    }
    f->heap[at] = node;
    f->place[node] = at;
}

static int32_t pop(Front *f) {
    const int32_t node = f->heap[0];
    f->place[node] = -1;
    const int32_t tail = f->heap[--f->size];
    if (f->size > 0) {
        f->heap[0] = tail;
        f->place[tail] = 0;
        sink(f, 0);
    }
    return node;
}

static void offer(Front *f, int32_t node, double time, double least) {
    if (!(time < f->time[node] - least)) return;
    f->time[node] = time;
    if (f->place[node] < 0) {
        f->place[node] = f->size;
        f->heap[f->size++] = node;
    }
    lift(f, f->place[node]);
}

/* Least time at w through the edge v-a: t = T(v) + l g + |w - v - l (a - v)|, 0 <= l <= 1.
   g = T(a) - T(v); aa, ya, yy: inner products of a - v and y = w - v. The two ends are the business of the callers. */
static double through_edge(double tv, double g, double aa, double ya, double yy) {
    const double slack = aa - g * g;
    const double h2 = yy * aa - ya * ya;      /* (distance of w from the line)^2 * aa */
    if (slack <= 0.0 || h2 <= 0.0) return INFINITY;
    const double s = sqrt(h2 / slack);        /* metric distance travelled */
    const double l = (ya - s * g) / aa;
    if (l <= 0.0 || l >= 1.0) return INFINITY;
    return tv + l * g + s;
}

/* Least time at w through the inside of the face v-a-b; returns INFINITY when the ray leaves the face. */
static double through_face(double tv, double ga, double gb, double aa, double bb, double ab, double ya, double yb, double yy) {
    const double det = aa * bb - ab * ab;
    if (det <= 0.0) return INFINITY;
    const double ia = (bb * ya - ab * yb), ib = (aa * yb - ab * ya);      /* det * G^-1 r */
    const double ja = (bb * ga - ab * gb), jb = (aa * gb - ab * ga);      /* det * G^-1 g */
    const double h2 = yy * det - (ya * ia + yb * ib);
    const double slack = det - (ga * ja + gb * jb);
    if (h2 <= 0.0 || slack <= 0.0) return INFINITY;
    const double s = sqrt(h2 / slack);
    const double la = (ia - s * ja) / det, lb = (ib - s * jb) / det;
    if (la <= 0.0 || lb <= 0.0 || la + lb >= 1.0) return INFINITY;
    return tv + la * ga + lb * gb + s;
}

/* place of edge (i, j) among (01 02 03 12 13 23), and among (01 02 12) for triangles */
static const int8_t TET_EDGE[4][4] = {{-1, 0, 1, 2}, {0, -1, 3, 4}, {1, 3, -1, 5}, {2, 4, 5, -1}};
static const int8_t TET_OTHERS[4][3] = {{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}};
static const int8_t TRI_EDGE[3][3] = {{-1, 0, 1}, {0, -1, 2}, {1, 2, -1}};
static const int8_t TRI_OTHERS[3][2] = {{1, 2}, {0, 2}, {0, 1}};

static void spread_in_tet(Front *f, const Tet *cell, int v, double least) {
    const int32_t *tet = cell->node;
    const float *len = cell->length, *height = cell->height;
    const double tv = f->time[tet[v]];
    for (int k = 0; k < 3; ++k) {
        const int w = TET_OTHERS[v][k], a = TET_OTHERS[v][(k + 1) % 3], b = TET_OTHERS[v][(k + 2) % 3];
        const double ta = f->time[tet[a]], tb = f->time[tet[b]];
        /* under anisotropy w may be earlier than v and still gain through v-a-b, but no way from the face is shorter than
           the height of w over it */
        if (f->time[tet[w]] <= fmin(tv, fmin(ta, tb)) + height[w]) continue;
        const double va = len[TET_EDGE[v][a]], vb = len[TET_EDGE[v][b]], vw = len[TET_EDGE[v][w]];
        const double ya = 0.5 * (va + vw - len[TET_EDGE[a][w]]), yb = 0.5 * (vb + vw - len[TET_EDGE[b][w]]);
        const int has_a = isfinite(ta), has_b = isfinite(tb);
        double t = INFINITY;
        if (has_a && has_b) {
            const double ab = 0.5 * (va + vb - len[TET_EDGE[a][b]]);
            t = through_face(tv, ta - tv, tb - tv, va, vb, ab, ya, yb, vw);
        }
        if (!isfinite(t)) {                   /* the least of a convex function lies on the rim */
            t = tv + sqrt(vw);
            if (has_a) t = fmin(t, through_edge(tv, ta - tv, va, ya, vw));
            if (has_b) t = fmin(t, through_edge(tv, tb - tv, vb, yb, vw));
        }
        offer(f, tet[w], t, least);
    }
}

static void spread_in_triangle(Front *f, const int32_t *tri, const float *len, int v, double least) {
    const double tv = f->time[tri[v]];
    for (int k = 0; k < 2; ++k) {
        const int w = TRI_OTHERS[v][k], a = TRI_OTHERS[v][1 - k];
        const double ta = f->time[tri[a]];
        if (f->time[tri[w]] <= fmin(tv, ta)) continue;
        const double va = len[TRI_EDGE[v][a]], vw = len[TRI_EDGE[v][w]];
        double t = tv + sqrt(vw);
        if (isfinite(ta)) t = fmin(t, through_edge(tv, ta - tv, va, 0.5 * (va + vw - len[TRI_EDGE[a][w]]), vw));
        offer(f, tri[w], t, least);
    }
}

/* Four times the squared area of a triangle of which squared lengths are known. */
static double area2(double a, double b, double c) {
    return 4.0 * a * b - (a + b - c) * (a + b - c);
}

/* Metric heights of the four corners over the opposite faces, a little less than they are. The squared volume comes from the
   Gram determinant of the edges at corner 0. */
static void heights_of(const float *s, float *heights) {
    const double a = s[0], b = s[1], c = s[2];
    const double ab = 0.5 * (a + b - s[3]), ac = 0.5 * (a + c - s[4]), bc = 0.5 * (b + c - s[5]);
    const double gram = a * (b * c - bc * bc) - ab * (ab * c - bc * ac) + ac * (ab * bc - b * ac);
    const double faces[4] = {area2(s[3], s[4], s[5]), area2(s[1], s[2], s[5]), area2(s[0], s[2], s[4]), area2(s[0], s[1], s[3])};
    for (int k = 0; k < 4; ++k) {
        const double square = 4.0 * gram / faces[k];      /* height = 3 V / area; gram = 36 V^2, faces = 16 area^2 */
        heights[k] = square > 0.0 ? (float)(0.999 * sqrt(square)) : 0.0f;
    }
}

/* Fill in the lengths, |e|^2 across + (f.e)^2 along with e in mm, and the heights of tetrahedra whose nodes are known.
   across = 1 / v_across^2, along = 1 / v_fiber^2 - 1 / v_across^2. */
void measure(int64_t count, Tet *tets, const double *points, const double *fiber, double across, double along) {
    static const int8_t from[6] = {0, 0, 0, 1, 1, 2}, to[6] = {1, 2, 3, 2, 3, 3};
    for (int64_t i = 0; i < count; ++i) {
        const double *f = fiber + 3 * i;
        Tet *tet = tets + i;
        for (int e = 0; e < 6; ++e) {
            const double *p = points + 3 * tet->node[from[e]], *q = points + 3 * tet->node[to[e]];
            const double x = q[0] - p[0], y = q[1] - p[1], z = q[2] - p[2];
            const double along_fiber = f[0] * x + f[1] * y + f[2] * z;
            tet->length[e] = (float)(across * (x * x + y * y + z * z) + along * along_fiber * along_fiber);
        }
        heights_of(tet->length, tet->height);
    }
}

/* Put every node with a finite time into an empty heap; returns its size. */
int32_t eikonal_begin(int32_t nodes, double *time, int32_t *heap, int32_t *place) {
    Front f = {time, heap, place, 0};
    for (int32_t n = 0; n < nodes; ++n) place[n] = -1;
    for (int32_t n = 0; n < nodes; ++n)
        if (isfinite(time[n])) {
            place[n] = f.size;
            heap[f.size++] = n;
            lift(&f, place[n]);
        }
    return f.size;
}

/* Take up to `most` nodes from the heap of `size`; returns the size that is left, 0 when the times are final.
   tet_start/tet_of: for node n the entries tet_start[n] .. tet_start[n+1] of tet_of hold 4 * tet + corner; likewise 3 * tri + corner. */
int32_t eikonal_run(const Tet *tets, const int64_t *tet_start, const int32_t *tet_of, const int32_t *tri,
                    const float *tri_len, const int64_t *tri_start, const int32_t *tri_of, double least, int64_t most,
                    double *time, int32_t *heap, int32_t *place, int32_t size) {
    Front f = {time, heap, place, size};
    for (int64_t taken = 0; f.size > 0 && taken < most; ++taken) {
        const int32_t n = pop(&f);
        for (int64_t i = tri_start[n]; i < tri_start[n + 1]; ++i) {
            const int32_t k = tri_of[i] / 3;
            spread_in_triangle(&f, tri + 3 * (int64_t)k, tri_len + 3 * (int64_t)k, tri_of[i] % 3, least);
        }
        for (int64_t i = tet_start[n]; i < tet_start[n + 1]; ++i) {
            spread_in_tet(&f, tets + (tet_of[i] >> 2), tet_of[i] & 3, least);
        }
    }
    return f.size;
}
