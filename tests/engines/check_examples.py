"""ctest engines/examples: the files of examples/kubernetes mean what docs/guide/clusters.md says of them. No cluster
reads them here, so what Kubernetes would refuse is checked by its rules:
https://kubernetes.io/docs/concepts/workloads/controllers/job/
Arguments: the root of the repository, the program. Status 77: python3-yaml is missing.
"""
import pathlib
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is missing")
    sys.exit(77)

root, program = map(pathlib.Path, sys.argv[1:])
folder = root / "examples/kubernetes"
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        raise SystemExit(f"engines/examples: {what}")


class NoTwiceLoader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        check(len(keys) == len(set(keys)), f"a key twice among {keys}")
        return super().construct_mapping(node, deep)


def documents(name):
    return list(yaml.load_all((folder / name).read_text(), Loader=NoTwiceLoader))


def jobs(name):
    return [document for document in documents(name) if document["kind"] == "Job"]


def only_keys(mapping, allowed, where):
    unknown = sorted(set(mapping) - set(allowed.split()))
    check(not unknown, f"{where}: keys {unknown} are none of Kubernetes")


def environment(container):
    for variable in container.get("env", []):
        only_keys(variable, "name value valueFrom", "env")
        check(isinstance(variable.get("value", ""), str), f"env {variable['name']}: a value must be a string")
    return {variable["name"]: variable.get("value") for variable in container.get("env", [])}


def check_job(name, job):
    check(job["apiVersion"] == "batch/v1", f"{name}: apiVersion")
    spec = job["spec"]
    only_keys(spec, "completions parallelism completionMode backoffLimit backoffLimitPerIndex maxFailedIndexes "
              "podFailurePolicy template", name)
    pod = spec["template"]["spec"]
    only_keys(pod, "restartPolicy terminationGracePeriodSeconds securityContext containers volumes subdomain", name)
    check(pod["restartPolicy"] == "Never", f"{name}: podFailurePolicy needs restartPolicy Never")
    (container,) = pod["containers"]
    only_keys(container, "name image command args env resources volumeMounts", name)
    check(all(isinstance(word, str) for word in container["args"]), f"{name}: args must be strings")
    environment(container)
    volumes = {volume["name"] for volume in pod["volumes"]}
    check({mount["name"] for mount in container["volumeMounts"]} == volumes, f"{name}: mounts and volumes differ")
    claims = {volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"]
              if "persistentVolumeClaim" in volume}
    known = {document["metadata"]["name"] for document in documents("storage.yaml")
             if document["kind"] == "PersistentVolumeClaim"}
    check(claims <= known, f"{name}: claims {claims - known} are not in storage.yaml")

    seen = {}
    for rule in spec["podFailurePolicy"]["rules"]:
        only_keys(rule, "action onExitCodes onPodConditions", name)
        check(len(rule) == 2, f"{name}: a rule has an action and one condition")
        check(rule["action"] in ("Ignore", "FailJob", "FailIndex", "Count"), f"{name}: action {rule['action']}")
        check(rule["action"] != "FailIndex" or "backoffLimitPerIndex" in spec,
              f"{name}: FailIndex needs backoffLimitPerIndex")
        if "onExitCodes" in rule:
            codes = rule["onExitCodes"]
            only_keys(codes, "containerName operator values", name)
            check(codes["containerName"] == container["name"], f"{name}: no container {codes['containerName']}")
            check(codes["operator"] == "In" and 0 not in codes["values"], f"{name}: exit codes")
            for code in codes["values"]:
                check(code not in seen, f"{name}: status {code} in two rules")
                seen[code] = rule["action"]
    check("backoffLimitPerIndex" not in spec or spec["completionMode"] == "Indexed",
          f"{name}: backoffLimitPerIndex needs Indexed")
    # docs/guide/sharding.md, "Exit status": these are not tried again; 5 and signals are.
    check(set(seen) == {2, 3, 4, 70}, f"{name}: statuses {sorted(seen)} are final instead of 2, 3, 4, 70")
    return spec, container


def program_knows(words):
    """The flags are the program's."""
    flags = {word for word in words if word.startswith("-")}
    text = subprocess.run([program, words[0], "--help"], capture_output=True, text=True, check=True).stdout
    for flag in flags:
        check(any(flag in line.replace(",", " ").split() for line in text.splitlines()),
              f"relprompt {words[0]} has no {flag}")


spec, container = check_job("label.yaml", jobs("label.yaml")[0])
check(environment(container)["JOB_COMPLETIONS"] == str(spec["completions"]),
      "label.yaml: JOB_COMPLETIONS is not completions")
check("--resume" in container["args"] and "--manifest" in container["args"], "label.yaml: args")
threads = container["args"][container["args"].index("--threads") + 1]
check(threads == container["resources"]["requests"]["cpu"], "label.yaml: --threads is not the number of CPUs")
program_knows(container["args"])

spec, container = check_job("merge.yaml", jobs("merge.yaml")[0])
program_knows(container["args"])

spec, container = check_job("train.yaml", jobs("train.yaml")[0])
variables = environment(container)
check(variables["WORLD_SIZE"] == str(spec["completions"]) == str(spec["parallelism"]),
      "train.yaml: WORLD_SIZE, completions, parallelism")
(service,) = [document for document in documents("train.yaml") if document["kind"] == "Service"]
name = service["metadata"]["name"]
check(service["spec"]["clusterIP"] == "None", "train.yaml: the service is to be headless")
check(spec["template"]["spec"]["subdomain"] == name, "train.yaml: subdomain is not the service")
check(variables["MASTER_ADDR"] == f"train-0.{name}", "train.yaml: MASTER_ADDR is not worker 0")
subprocess.run(["sh", "-n", "-c", container["args"][0]], check=True)

storage = documents("storage.yaml")
volumes = {document["metadata"]["name"]: document["spec"] for document in storage
           if document["kind"] == "PersistentVolume"}
for document in storage:
    if document["kind"] != "PersistentVolumeClaim":
        continue
    name, claim = document["metadata"]["name"], document["spec"]
    volume = volumes[claim["volumeName"]]
    check(volume["accessModes"] == claim["accessModes"], f"{name}: accessModes")
    check(volume["capacity"]["storage"] == claim["resources"]["requests"]["storage"], f"{name}: storage")

for script in sorted((root / "examples/slurm").glob("*.sbatch")):
    subprocess.run(["bash", "-n", script], check=True)
    checks += 1
print(f"{checks} checks of examples/kubernetes and examples/slurm")
