/* Anisotropic eikonal equation sqrt(grad T . D grad T) = 1 on tetrahedra with faster triangles on some surfaces.

   Label-correcting front: a node is taken from the heap in the order of its time, offers a time to its neighbours through
   every simplex they share, and a neighbour that gets an earlier time goes (back) into the heap. Under anisotropy a node may
   improve after it was taken; it is then simply taken again, so the result is the fixed point of the Hopf-Lax update
   T(w) = min over the opposite simplex of [ T(y) + |w - y|_M ], M = D^-1, whatever the order.

   Where grad T . D grad T <= 1 in a tetrahedron, T(w) - T(y) <= |w - y|_M for all its points: none of its corners can gain. What
   passes this test is gathered for all tetrahedra of a node and solved at once, in vectors.
   Edges carry squared metric lengths (ms^2); inner products follow from them by polarisation. Times are in ms. */

#include <math.h>
#include <stdint.h>

/* One tetrahedron in one cache line: its nodes, the squared metric lengths of its edges, and weights of the edges with which
   grad T . D grad T = sum weight (T_i - T_j)^2. */
typedef struct {
    int32_t node[4];
    float length[6], weight[6];
} Tet;

typedef struct {
    double key;
    int64_t node;
} Item;

typedef struct {
    double *time;
    int32_t *way;      /* simplex through which each node got its time: 4 * tet + corner, -2 - (3 * tri + corner), -1: none */
    Item *heap;        /* nodes in a 4-ary heap, by time */
    int32_t *place;    /* place of each node, -1 where it is not in the heap */
    int32_t size;
} Front;

typedef struct {
    const Tet *tets;
    const int64_t *tet_start;      /* for node n the entries tet_start[n] .. tet_start[n+1] of tet_of hold 4 * tet + corner */
    const int32_t *tet_of;
    const int32_t *tri;
    const float *tri_len;
    const int64_t *tri_start;      /* likewise 3 * tri + corner */
    const int32_t *tri_of;
} Mesh;

/* Put an item where it belongs between the place `at`, which is free, and the root. */
static void lift(Front *f, int32_t at, Item item) {
    while (at > 0) {
        const int32_t up = (at - 1) >> 2;
        if (f->heap[up].key <= item.key) break;
        f->heap[at] = f->heap[up];
        f->place[f->heap[at].node] = at;
        at = up;
    }
    f->heap[at] = item;
    f->place[item.node] = at;
}

static int32_t pop(Front *f) {
    const int32_t node = (int32_t)f->heap[0].node;
    f->place[node] = -1;
    const Item tail = f->heap[--f->size];
    if (f->size == 0) return node;
    int32_t at = 0;
    for (;;) {
        const int32_t first = 4 * at + 1;
        if (first >= f->size) break;
        const int32_t last = first + 4 < f->size ? first + 4 : f->size;
        int32_t best = first;
        for (int32_t c = first + 1; c < last; ++c) best = f->heap[c].key < f->heap[best].key ? c : best;
        if (f->heap[best].key >= tail.key) break;
        f->heap[at] = f->heap[best];
        f->place[f->heap[at].node] = at;
        at = best;
    }
    f->heap[at] = tail;
    f->place[tail.node] = at;
    return node;
}

static void enter(Front *f, int32_t node) {
    if (f->place[node] < 0) f->place[node] = f->size++;
    lift(f, f->place[node], (Item){f->time[node], node});
}

static void offer(Front *f, int32_t node, double time, int32_t way, double least) {
    if (!(time < f->time[node] - least)) return;
    f->time[node] = time;
    f->way[node] = way;
    enter(f, node);
}

static inline double least_of(double a, double b) { return a < b ? a : b; }      /* fmin keeps loops from being vectors */

/* Least time from v to w through the edge v-a: l g + |y - l (a - v)|, 0 < l < 1; INFINITY where an end is better.
   g = T(a) - T(v); aa, ya, yy: inner products of a - v and y = w - v. Without a branch, for vectors. */
static inline double through_edge(double g, double aa, double ya, double yy) {
    const double slack = aa - g * g, h2 = yy * aa - ya * ya;      /* (distance of w from the line)^2 * aa */
    const int real = (slack > 0.0) & (h2 > 0.0);
    const double s = sqrt(real ? h2 / slack : 1.0), l = (ya - s * g) / aa;      /* s: metric distance travelled */
    return (real & (l > 0.0) & (l < 1.0)) ? l * g + s : INFINITY;
}

/* The same through the inside of the face v-a-b. */
static inline double through_face(double ga, double gb, double aa, double bb, double ab, double ya, double yb, double yy) {
    const double det = aa * bb - ab * ab;
    const double ia = bb * ya - ab * yb, ib = aa * yb - ab * ya;  /* det * G^-1 y */
    const double ja = bb * ga - ab * gb, jb = aa * gb - ab * ga;  /* det * G^-1 g */
    const double h2 = yy * det - (ya * ia + yb * ib), slack = det - (ga * ja + gb * jb);
    const int real = (det > 0.0) & (slack > 0.0) & (h2 > 0.0);
    const double s = sqrt(real ? h2 / slack : 1.0), la = ia - s * ja, lb = ib - s * jb;
    return (real & (la > 0.0) & (lb > 0.0) & (la + lb < det)) ? (la * ga + lb * gb) / det + s : INFINITY;
}

/* place of edge (i, j) among (01 02 03 12 13 23), and among (01 02 12) for triangles */
static const int8_t TET_EDGE[4][4] = {{-1, 0, 1, 2}, {0, -1, 3, 4}, {1, 3, -1, 5}, {2, 4, 5, -1}};
static const int8_t TET_OTHERS[4][3] = {{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}};
static const int8_t TRI_EDGE[3][3] = {{-1, 0, 1}, {0, -1, 2}, {1, 2, -1}};
static const int8_t TRI_OTHERS[3][2] = {{1, 2}, {0, 2}, {0, 1}};

enum { ROOM = 64 };                           /* tetrahedra of a node that are looked at together */
static const double NEVER = 1e15;             /* ms; stands for no time yet where infinity would give NaN */
static const double EVEN = 1.0 + 1e-6;        /* grad T . D grad T above which a corner may gain: 1 and the rounding of floats */
static const double SURE = 0.998;             /* of a squared metric height below which no way from the face is that short */

static const double FLAT = 1e-3;              /* squared volume of a flat tetrahedron over that of a box with its edges */

/* Updates w <- v-a-b of one node v: times relative to that of v, inner products of a - v, b - v and y = w - v. */
typedef struct {
    double ga[3 * ROOM], gb[3 * ROOM], aa[3 * ROOM], bb[3 * ROOM], ab[3 * ROOM], ya[3 * ROOM], yb[3 * ROOM], yy[3 * ROOM];
    double gain[3 * ROOM];
    int32_t node[3 * ROOM], way[3 * ROOM];
} Updates;

/* Which of some tetrahedra (4 * tet + corner) have a corner that may gain: their number, and the times of their corners. */
static int steep_ones(const Front *f, const Tet *tets, const int32_t *of, int some, int32_t *found, double (*times)[4]) {
    int kept = 0;
    for (int i = 0; i < some; ++i) {
        const Tet *cell = tets + (of[i] >> 2);
        const float *c = cell->weight;
        double *t = times[kept];
        for (int k = 0; k < 4; ++k) t[k] = f->time[cell->node[k]];
        const double d[6] = {t[1] - t[0], t[2] - t[0], t[3] - t[0], t[2] - t[1], t[3] - t[1], t[3] - t[2]};
        double steepness = 0.0;
        for (int e = 0; e < 6; ++e) steepness += c[e] * d[e] * d[e];
        found[kept] = of[i];
        kept += !(steepness <= EVEN);         /* NaN where a corner has no time yet */
    }
    return kept;
}

/* The corners w of those that may gain through v. Under anisotropy w may be earlier than v and still do so, but no way from
   the face is shorter than the height of w over it, which is 1 / sqrt(sum of the weights of its edges). */
static int gather(const Tet *tets, const int32_t *of, int kept, double (*times)[4], Updates *u) {
    int n = 0;
    int32_t pair[3 * ROOM];
    for (int i = 0; i < kept; ++i) {
        const float *c = tets[of[i] >> 2].weight;
        const double *t = times[i];
        const int v = of[i] & 3;
        for (int k = 0; k < 3; ++k) {
            const int w = TET_OTHERS[v][k], a = TET_OTHERS[v][(k + 1) % 3], b = TET_OTHERS[v][(k + 2) % 3];
            const double gap = t[w] - fmin(t[v], fmin(t[a], t[b]));
            const double sum = c[TET_EDGE[w][v]] + c[TET_EDGE[w][a]] + c[TET_EDGE[w][b]];
            pair[n] = 4 * i + k;
            n += (gap > 0.0) & !(gap * gap * sum <= SURE);
        }
    }
    for (int j = 0; j < n; ++j) {
        const int i = pair[j] >> 2, k = pair[j] & 3, v = of[i] & 3;
        const Tet *cell = tets + (of[i] >> 2);
        const float *len = cell->length;
        const int w = TET_OTHERS[v][k], a = TET_OTHERS[v][(k + 1) % 3], b = TET_OTHERS[v][(k + 2) % 3];
        u->aa[j] = len[TET_EDGE[v][a]], u->bb[j] = len[TET_EDGE[v][b]], u->yy[j] = len[TET_EDGE[v][w]];
        u->ab[j] = 0.5 * (u->aa[j] + u->bb[j] - len[TET_EDGE[a][b]]);
        u->ya[j] = 0.5 * (u->aa[j] + u->yy[j] - len[TET_EDGE[a][w]]);
        u->yb[j] = 0.5 * (u->bb[j] + u->yy[j] - len[TET_EDGE[b][w]]);
        u->ga[j] = fmin(times[i][a], NEVER) - times[i][v], u->gb[j] = fmin(times[i][b], NEVER) - times[i][v];
        u->node[j] = cell->node[w], u->way[j] = (of[i] & ~3) + w;
    }
    return n;
}

/* The least of the ways through v, the edges v-a and v-b, and the inside of the face. */
static void solve(Updates *u, int n) {
#pragma GCC ivdep
    for (int i = 0; i < n; ++i) {
        const double ga = u->ga[i], gb = u->gb[i], aa = u->aa[i], bb = u->bb[i], ya = u->ya[i], yb = u->yb[i], yy = u->yy[i];
        const double rim = least_of(through_edge(ga, aa, ya, yy), through_edge(gb, bb, yb, yy));
        u->gain[i] = least_of(least_of(sqrt(yy), rim), through_face(ga, gb, aa, bb, u->ab[i], ya, yb, yy));
    }
}

static void spread_in_tets(Front *f, const Mesh *m, int32_t v, double least) {
    int32_t steep[ROOM];
    double times[ROOM][4];
    Updates updates;
    for (int64_t at = m->tet_start[v]; at < m->tet_start[v + 1]; at += ROOM) {
        const int64_t left = m->tet_start[v + 1] - at, some = left < ROOM ? left : ROOM;
        const int kept = steep_ones(f, m->tets, m->tet_of + at, (int)some, steep, times);
        const int n = gather(m->tets, steep, kept, times, &updates);
        solve(&updates, n);
        for (int i = 0; i < n; ++i) offer(f, updates.node[i], f->time[v] + updates.gain[i], updates.way[i], least);
    }
}

static void spread_in_triangles(Front *f, const Mesh *m, int32_t node, double least) {
    for (int64_t i = m->tri_start[node]; i < m->tri_start[node + 1]; ++i) {
        const int32_t k = m->tri_of[i] / 3, v = m->tri_of[i] % 3, *tri = m->tri + 3 * (int64_t)k;
        const float *len = m->tri_len + 3 * (int64_t)k;
        const double tv = f->time[node];
        for (int c = 0; c < 2; ++c) {
            const int w = TRI_OTHERS[v][c], a = TRI_OTHERS[v][1 - c];
            const double ta = f->time[tri[a]];
            if (f->time[tri[w]] <= fmin(tv, ta)) continue;
            const double va = len[TRI_EDGE[v][a]], vw = len[TRI_EDGE[v][w]];
            const double ya = 0.5 * (va + vw - len[TRI_EDGE[a][w]]), rim = through_edge(fmin(ta, NEVER) - tv, va, ya, vw);
            offer(f, tri[w], tv + fmin(sqrt(vw), rim), -2 - (3 * k + w), least);
        }
    }
}

/* From the squared lengths: weight of an edge = - grad l_i . D grad l_j, of the barycentric coordinates of its ends, by the
   inverse of the Gram matrix of the edges at corner 0. NaN in flat ones, which passes every test: floats do not hold theirs. */
static void weigh(const float *s, float *weight) {
    const double a = s[0], b = s[1], c = s[2];
    const double ab = 0.5 * (a + b - s[3]), ac = 0.5 * (a + c - s[4]), bc = 0.5 * (b + c - s[5]);
    const double aa = b * c - bc * bc, bb = a * c - ac * ac, cc = a * b - ab * ab;       /* the adjugate */
    const double mab = ac * bc - ab * c, mac = ab * bc - ac * b, mbc = ab * ac - bc * a;
    const double det = a * aa + ab * mab + ac * mac;
    const double part = det > FLAT * a * b * c ? 1.0 / det : NAN;
    const double found[6] = {aa + mab + mac, mab + bb + mbc, mac + mbc + cc, -mab, -mac, -mbc};
    for (int e = 0; e < 6; ++e) weight[e] = (float)(part * found[e]);
}

/* Fill in the lengths, |e|^2 across + (f.e)^2 along with e in mm, and the weights of tetrahedra whose nodes are known.
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
        weigh(tet->length, tet->weight);
    }
}

/* Put some nodes into the heap, or lift them there; returns its size. */
int32_t eikonal_enter(Front f, const int32_t *nodes, int32_t count) {
    for (int32_t i = 0; i < count; ++i) enter(&f, nodes[i]);
    return f.size;
}

/* Take back the times that came from some nodes, `count` of them in `gone` (room for all nodes), and all that came from those
   in turn; what borders on them goes into the empty heap. Returns its size, -1 (nothing done) for more than `most` nodes. */
int32_t eikonal_withdraw(Front f, Mesh m, int32_t *gone, int32_t count, int32_t most) {
    enum { GONE = -2 };
    for (int32_t i = 0; i < count; ++i) f.place[gone[i]] = GONE;
    for (int32_t i = 0; i < count && count <= most; ++i) {
        for (int64_t j = m.tet_start[gone[i]]; j < m.tet_start[gone[i] + 1]; ++j)
            for (int k = 0; k < 4; ++k) {
                const int32_t w = m.tets[m.tet_of[j] >> 2].node[k];
                if (f.place[w] != GONE && f.way[w] == (m.tet_of[j] & ~3) + k) f.place[gone[count++] = w] = GONE;
            }
        for (int64_t j = m.tri_start[gone[i]]; j < m.tri_start[gone[i] + 1]; ++j)
            for (int k = 0, first = m.tri_of[j] / 3 * 3; k < 3; ++k) {
                const int32_t w = m.tri[first + k];
                if (f.place[w] != GONE && f.way[w] == -2 - (first + k)) f.place[gone[count++] = w] = GONE;
            }
    }
    for (int32_t i = 0; i < count; ++i) f.place[gone[i]] = -1;
    if (count > most) return -1;
    for (int32_t i = 0; i < count; ++i) f.time[gone[i]] = INFINITY, f.way[gone[i]] = -1;
    for (int32_t i = 0; i < count; ++i)
        for (int64_t j = m.tet_start[gone[i]]; j < m.tet_start[gone[i] + 1]; ++j)
            for (int k = 0; k < 4; ++k) {
                const int32_t w = m.tets[m.tet_of[j] >> 2].node[k];
                if (isfinite(f.time[w]) && f.place[w] < 0) enter(&f, w);
            }
    return f.size;
}

/* Take up to `most` nodes from the heap; returns the size that is left, 0 when the times are final. */
int32_t eikonal_run(Front f, Mesh m, double least, int64_t most) {
    for (int64_t taken = 0; f.size > 0 && taken < most; ++taken) {
        const int32_t n = pop(&f);
        if (f.size > 0) {                     /* what will most likely be needed next */
            const int64_t next = f.heap[0].node;
            for (int64_t i = m.tet_start[next]; i < m.tet_start[next + 1]; ++i) __builtin_prefetch(m.tets + (m.tet_of[i] >> 2));
        }
        spread_in_triangles(&f, &m, n, least);
        spread_in_tets(&f, &m, n, least);
    }
    return f.size;
}
