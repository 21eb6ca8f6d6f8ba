"""The LaTeX macros that a written answer may use: those that only draw."""

from __future__ import annotations

import re

DRAWING = frozenset(
    re.findall(
        r"[A-Za-z]+",
        """
        frac dfrac tfrac cfrac sqrt root binom dbinom tbinom choose over atop sum prod coprod int iint iiint oint bigcup
        bigcap bigoplus bigotimes bigvee bigwedge lim limsup liminf sup inf max min arg argmax argmin det dim exp ln log
        lg sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan gcd ker hom deg Pr operatorname mod bmod
        pmod alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron pi
        varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma
        Upsilon Phi Psi Omega ell hbar imath jmath Re Im aleph partial nabla infty prime emptyset varnothing complement
        forall exists nexists in notin ni subset supset subseteq supseteq cup cap setminus land lor lnot neg wedge vee
        oplus ominus otimes oslash odot times div cdot cdots ldots dots vdots ddots ast star circ bullet pm mp dagger
        ne neq equiv approx sim simeq cong propto le leq leqslant ge geq geqslant ll gg lt gt prec succ mid nmid
        parallel perp angle triangle square to gets mapsto rightarrow leftarrow leftrightarrow Rightarrow Leftarrow
        Leftrightarrow longrightarrow longleftarrow Longrightarrow Longleftarrow Longleftrightarrow longmapsto
        hookrightarrow hookleftarrow uparrow downarrow updownarrow Uparrow Downarrow nearrow searrow swarrow nwarrow
        rightharpoonup leftharpoonup rightleftharpoons implies impliedby iff xrightarrow xleftarrow left right middle
        big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr langle rangle lfloor rfloor lceil rceil lvert
        rvert lVert rVert vert Vert lbrace rbrace lbrack rbrack backslash hat widehat bar overline underline vec
        overrightarrow overleftarrow dot ddot dddot tilde widetilde check breve acute grave mathring overbrace
        underbrace overset underset stackrel substack limits nolimits not mathbf mathrm mathit mathsf mathtt mathcal
        mathbb mathfrak mathscr mathnormal boldsymbol bm pmb text textbf textit textrm textsf texttt textnormal mbox
        displaystyle textstyle scriptstyle scriptscriptstyle quad qquad enspace thinspace medspace thickspace
        negthinspace hspace vspace phantom hphantom vphantom smash boxed fbox cancel bcancel xcancel begin end hline
        cr tag notag nonumber top bot checkmark degree
        """,
    )
)

_MACRO = re.compile(r"\\(?=([A-Za-z]+))")


def break_others(text: str, mark: str) -> str:
    r"""Break every macro that is not in `DRAWING` by inserting a character between its backslash and its name.

    Some macros of MathJax make links, load extensions, set styles (a background is fetched from the network) or define
    other macros. Only the harmless ones can be listed.
    """
    return _MACRO.sub(lambda found: "\\" if found[1] in DRAWING else "\\" + mark, text)
