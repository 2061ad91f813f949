import tests.simulator.test_captures as t, collections
from collections import Counter
miss=Counter(); extra=Counter(); n=0
orig=t.compare
def cmp(name, heard, names):
    global n
    for o,r in zip(t.settled(heard.events), t.settled(t.recorded(name).events)):
        n+=1
        for x in set(r.headers)-set(o.headers): miss[(x)]+=1
        for x in set(o.headers)-set(r.headers): extra[(x)]+=1
    open('/tmp/sim/names.out','a').write(f'{name} {dict(miss)} EXTRA {dict(extra)}\n')
    miss.clear(); extra.clear()
t.compare=cmp
from tests.simulator.test_captures import *
