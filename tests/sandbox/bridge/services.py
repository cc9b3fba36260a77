"""Personalize, App Runner, ECS Express Mode: what is made there moves on by itself, in its own account and region."""
import json

from lab import REGION, client, document, eventually, http_call, refusal, role, unittest

HERE, ELSEWHERE = REGION, "us-east-1"
COLUMNS = (("USER_ID", "string"), ("ITEM_ID", "string"), ("TIMESTAMP", "long"))
SCHEMA = json.dumps({"type": "record", "name": "Interactions", "version": "1.0",
                     "fields": [{"name": name, "type": kind} for name, kind in COLUMNS]})
GRAFANA = {"ImageIdentifier": "public.ecr.aws/grafana/grafana:latest", "ImageRepositoryType": "ECR_PUBLIC"}


def moving(make, state, last):
    """One that is seen in an earlier state and then in the last one. `make` gets a name that is not taken. On a machine
    that is very busy the first may be there too soon: then another one is made."""
    names = (f"shop-{n}" for n in range(1000))

    def fresh():
        made = make(next(names))
        return made if state(made) != last else None
    made = eventually(f"one is seen before it is {last}", fresh)
    eventually(f"it is {last}", lambda: state(made) == last)
    return made


class Apart(unittest.TestCase):
    def only_here(self, service, account, other, names):
        """Nothing is seen in another account, nor in another region."""
        found = {where: names(client(service, *where)) for where in
                 ((account, HERE), (account, ELSEWHERE), (other, HERE))}
        self.assertEqual([bool(each) for each in found.values()], [True, False, False], found)


class Personalize(Apart):
    def test_a_group_becomes_active_where_it_was_made(self):
        account = "170000000001"
        personalize = client("personalize", account)
        arn = moving(
            lambda name: personalize.create_dataset_group(name=name)["datasetGroupArn"],
            lambda arn: personalize.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"], "ACTIVE")
        self.only_here("personalize", account, "170000000002", lambda c: c.list_dataset_groups()["datasetGroups"])
        self.assertEqual(refusal(client("personalize", account, ELSEWHERE).describe_dataset_group, datasetGroupArn=arn),
                         "ResourceNotFoundException")

    def test_an_import_looks_at_policy_and_columns(self):
        account = "170000000003"
        personalize, s3 = client("personalize", account), client("s3", account)
        bucket = f"edemlab-test-{account}"
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": HERE})
        s3.put_object(Bucket=bucket, Key="good.csv", Body=b"USER_ID,ITEM_ID,TIMESTAMP\n1,2,3\n")
        s3.put_object(Bucket=bucket, Key="bad.csv", Body=b"USER_ID,ITEM_ID\n1,2\n")
        reader = role(account, "import", "personalize.amazonaws.com", "s3:*")
        group = personalize.create_dataset_group(name="shop")["datasetGroupArn"]
        schema = personalize.create_schema(name="clicks", schema=SCHEMA)["schemaArn"]
        dataset = personalize.create_dataset(name="clicks", schemaArn=schema, datasetGroupArn=group,
                                             datasetType="Interactions")["datasetArn"]

        def imported(name, key):
            arn = personalize.create_dataset_import_job(
                jobName=name, datasetArn=dataset, roleArn=reader,
                dataSource={"dataLocation": f"s3://{bucket}/{key}"})["datasetImportJobArn"]

            def ended():
                job = personalize.describe_dataset_import_job(datasetImportJobArn=arn)["datasetImportJob"]
                return job if job["status"] in ("ACTIVE", "CREATE FAILED") else None
            job = eventually("the import has ended", ended)
            return job["status"], job.get("failureReason", "")
        status, why = imported("early", "good.csv")
        self.assertEqual(status, "CREATE FAILED")
        self.assertIn("bucket policy", why)
        s3.put_bucket_policy(Bucket=bucket, Policy=document({
            "Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}))
        status, why = imported("wrong", "bad.csv")
        self.assertEqual(status, "CREATE FAILED")
        self.assertIn("TIMESTAMP", why)
        self.assertEqual(imported("right", "good.csv"), ("ACTIVE", ""))

    def test_a_group_has_one_tracker(self):
        personalize = client("personalize", "170000000004")
        group = personalize.create_dataset_group(name="shop")["datasetGroupArn"]
        self.assertTrue(personalize.create_event_tracker(name="first", datasetGroupArn=group)["trackingId"])
        again = refusal(personalize.create_event_tracker, name="second", datasetGroupArn=group)
        self.assertEqual(again, "ResourceAlreadyExistsException")


class Images(unittest.TestCase):
    def test_an_image_that_is_not_there_is_not_described(self):
        ecr = client("ecr", "170000000029")
        ecr.create_repository(repositoryName="shop")
        ecr.put_image(repositoryName="shop", imageManifest='{"schemaVersion": 2}', imageTag="latest")
        def described(tag):
            return {"repositoryName": "shop", "imageIds": [{"imageTag": tag}]}
        self.assertEqual(len(ecr.describe_images(**described("latest"))["imageDetails"]), 1)
        self.assertEqual(refusal(ecr.describe_images, **described("lastest")), "ImageNotFoundException")


class AppRunner(Apart):
    def make(self, apprunner, name, port):
        image = {**GRAFANA, "ImageConfiguration": {"Port": port}}
        made = apprunner.create_service(ServiceName=name, SourceConfiguration={"ImageRepository": image})["Service"]
        self.assertEqual(made["Status"], "OPERATION_IN_PROGRESS")
        return made

    def test_a_service_runs_where_it_was_made_and_answers_at_its_address(self):
        account = "170000000005"
        apprunner = client("apprunner", account)
        made = moving(lambda name: self.make(apprunner, name, "3000"),
                      lambda made: http_call("GET", "/", host=made["ServiceUrl"])[0], 302)
        found = apprunner.describe_service(ServiceArn=made["ServiceArn"])["Service"]
        self.assertEqual(found["Status"], "RUNNING")
        self.only_here("apprunner", account, "170000000006", lambda c: c.list_services()["ServiceSummaryList"])

    def test_a_port_on_which_nothing_listens(self):
        apprunner = client("apprunner", "170000000007")
        made = self.make(apprunner, "shop", "8080")
        eventually("it has failed", lambda: apprunner.describe_service(
            ServiceArn=made["ServiceArn"])["Service"]["Status"] == "CREATE_FAILED")
        self.assertEqual(http_call("GET", "/", host=made["ServiceUrl"])[0], 503)
        self.assertEqual(refusal(apprunner.update_service, ServiceArn=made["ServiceArn"]), "InvalidStateException")

    def test_a_service_is_changed_and_rolled_back_and_paused(self):
        apprunner = client("apprunner", "170000000011")
        arn = self.make(apprunner, "shop", "3000")["ServiceArn"]

        def become(status):
            def look():
                service = apprunner.describe_service(ServiceArn=arn)["Service"]
                return service if service["Status"] == status else None
            return eventually(f"it is {status}", look)
        host = become("RUNNING")["ServiceUrl"]
        private = {"IngressConfiguration": {"IsPubliclyAccessible": False}}
        apprunner.update_service(ServiceArn=arn, NetworkConfiguration=private)
        self.assertEqual(become("RUNNING")["NetworkConfiguration"]["EgressConfiguration"]["EgressType"], "DEFAULT")
        self.assertEqual(http_call("GET", "/", host=host)[0], 404)
        apprunner.update_service(ServiceArn=arn, NetworkConfiguration={
            "IngressConfiguration": {"IsPubliclyAccessible": True}})
        wrong = {"ImageRepository": {**GRAFANA, "ImageConfiguration": {"Port": "8080"}}}
        become("RUNNING")
        apprunner.update_service(ServiceArn=arn, SourceConfiguration=wrong)
        image = become("RUNNING")["SourceConfiguration"]["ImageRepository"]
        self.assertEqual(image["ImageConfiguration"]["Port"], "3000")
        self.assertEqual(refusal(apprunner.resume_service, ServiceArn=arn), "InvalidStateException")
        apprunner.pause_service(ServiceArn=arn)
        become("PAUSED")
        self.assertEqual(http_call("GET", "/", host=host)[0], 503)
        apprunner.resume_service(ServiceArn=arn)
        become("RUNNING")
        self.assertEqual(http_call("GET", "/", host=host)[0], 302)


class Express(Apart):
    def maker(self, account, health):
        roles = {"infrastructureRoleArn": role(account, "infrastructure", "ecs.amazonaws.com"),
                 "executionRoleArn": role(account, "execution", "ecs-tasks.amazonaws.com")}
        image = {"image": "public.ecr.aws/grafana/grafana:latest", "containerPort": 3000}
        return lambda name: client("ecs", account).create_express_gateway_service(
            serviceName=name, primaryContainer=image, healthCheckPath=health, **roles)["service"]

    def host(self, made):
        return made["activeConfigurations"][0]["ingressPaths"][0]["endpoint"].removeprefix("https://")

    def test_a_service_runs_where_it_was_made_and_answers_at_its_address(self):
        account = "170000000008"
        ecs = client("ecs", account)
        made = moving(self.maker(account, "/api/health"),
                      lambda made: http_call("GET", "/api/health", host=self.host(made))[0], 200)
        found = ecs.describe_services(services=[made["serviceArn"]])["services"][0]
        self.assertEqual((found["serviceName"], found["runningCount"]), (made["serviceName"], 1))
        self.only_here("ecs", account, "170000000009",
                       lambda c: c.list_services(resourceManagementType="ECS")["serviceArns"])
        ecs.delete_express_gateway_service(serviceArn=made["serviceArn"])
        self.assertEqual(http_call("GET", "/api/health", host=self.host(made))[0], 404)

    def test_a_health_check_that_nothing_answers(self):
        account = "170000000010"
        made = self.maker(account, "/ping")("shop")
        service = client("ecs", account).describe_express_gateway_service(serviceArn=made["serviceArn"])["service"]
        self.assertIn("/ping", service["status"]["statusReason"])
        self.assertEqual(http_call("GET", "/", host=self.host(made))[0], 503)

    def test_an_update_keeps_what_it_does_not_name(self):
        account = "170000000012"
        ecs, made = client("ecs", account), self.maker(account, "/ping")("shop")
        arn = made["serviceArn"]
        changed = ecs.update_express_gateway_service(serviceArn=arn, healthCheckPath="/api/health")["service"]
        self.assertEqual(changed["targetConfiguration"]["primaryContainer"]["containerPort"], 3000)
        eventually("it answers", lambda: http_call("GET", "/api/health", host=self.host(made))[0] == 200)
        # What is not healthy takes the place of nothing that is.
        ecs.update_express_gateway_service(serviceArn=arn, healthCheckPath="/ping")
        active = ecs.describe_express_gateway_service(serviceArn=arn)["service"]["activeConfigurations"]
        self.assertEqual([each["healthCheckPath"] for each in active], ["/api/health"])
        self.assertEqual(http_call("GET", "/api/health", host=self.host(made))[0], 200)

    def test_services_of_a_region_share_a_load_balancer_that_goes_with_the_last(self):
        account = "170000000014"
        ecs, elb, make = client("ecs", account), client("elbv2", account), self.maker(account, "/api/health")
        made = [make("one"), make("two")]
        revisions = [service["activeConfigurations"][0]["serviceRevisionArn"] for service in made]
        found = ecs.describe_service_revisions(serviceRevisionArns=[*revisions, revisions[0] + "9"])
        self.assertEqual([each["reason"] for each in found["failures"]], ["MISSING"])
        paths = [each["ecsManagedResources"]["ingressPaths"][0] for each in found["serviceRevisions"]]
        balancers = {path["loadBalancer"]["arn"] for path in paths}
        standing = lambda: {each["LoadBalancerArn"] for each in elb.describe_load_balancers()["LoadBalancers"]}
        groups = lambda: len(elb.describe_target_groups()["TargetGroups"])
        self.assertEqual((balancers, len(balancers), groups()), (standing(), 1, 4))
        zones = elb.describe_load_balancers()["LoadBalancers"][0]["AvailabilityZones"]
        self.assertEqual(len({zone["SubnetId"] for zone in zones}), 3)
        tags = elb.describe_tags(ResourceArns=list(balancers))["TagDescriptions"][0]["Tags"]
        self.assertEqual(tags, [{"Key": "AmazonECSManaged", "Value": "true"}])
        ecs.delete_express_gateway_service(serviceArn=made[0]["serviceArn"])
        self.assertEqual((standing(), groups()), (balancers, 2))
        ecs.delete_express_gateway_service(serviceArn=made[1]["serviceArn"])
        self.assertEqual((standing(), groups()), (set(), 0))
        # What it has logged stays.
        logs = client("logs", account).describe_log_groups(logGroupNamePrefix="/aws/ecs/default/")["logGroups"]
        self.assertEqual(len(logs), 2)


unittest.main()
