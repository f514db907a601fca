"""DependsOn between two resources, by whichever name the CDK has for it."""

from aws_cdk import CfnResource


def depend(resource: CfnResource, on: CfnResource) -> None:
    """Let `resource` wait for `on`: one call, where a dependency of constructs walks over trees."""
    # The older name is deprecated since the newer one came.
    add = getattr(resource, "add_resource_dependency", None) or resource.add_dependency
    add(on)
