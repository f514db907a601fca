# The type in the registry by Terraform: the AWS provider passes it on to the Cloud Control API.
# The record then names no stack; `terraform destroy` gives the settings back.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "instance_id" {
  type        = string
  description = "Id or ARN of the Connect instance"
}

variable "agent_id" {
  type        = string
  description = "Id or ARN of the agent"
}

resource "aws_cloudcontrolapi_resource" "agent" {
  type_name = "Acme::Connect::UserConfig"

  desired_state = jsonencode({
    "InstanceId" : var.instance_id,
    "UserId" : var.agent_id,
    "AutoAcceptConfigs" : [
      { "Channel" : "VOICE", "AutoAccept" : true }
    ],
    "AfterContactWorkConfigs" : [
      { "Channel" : "VOICE", "AfterContactWorkConfig" : { "AfterContactWorkTimeLimit" : 30 } }
    ]
  })
}

output "agent_arn" {
  value = jsondecode(aws_cloudcontrolapi_resource.agent.properties)["UserArn"]
}
