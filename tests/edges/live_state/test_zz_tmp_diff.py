from redis import Redis
from callcontrol.routing.distribution.model import Model
from tests.edges.live_state.script_target import ScriptTarget
from tests.routing.distribution import machine
from hypothesis import settings, HealthCheck
from hypothesis.stateful import run_state_machine_as_test

def diff(a,b,path=""):
    if isinstance(a,dict) and isinstance(b,dict):
        for k in sorted(set(a)|set(b)):
            if a.get(k)!=b.get(k): yield from diff(a.get(k),b.get(k),f"{path}/{k}")
    else: yield f"{path}: model {a!r} script {b!r}"

def test_it(redis_client: Redis):
    class Both(machine.QueueMachine):
        def make_targets(self): return [Model(), ScriptTarget(redis_client)]
        def do(self, worker, op, loses_callbacks=False):
            try: return super().do(worker, op, loses_callbacks)
            except AssertionError:
                print("DIFF", *list(diff(self.targets[0].snapshot(), self.targets[1].snapshot())), sep="\n   ")
                raise
    run_state_machine_as_test(Both, settings=settings(max_examples=400, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)))
