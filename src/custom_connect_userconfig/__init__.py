"""The resource type ``Custom::Connect::UserConfig``: a stack owns exactly the settings that it declares.

Layers, outermost first; each imports only layers below it (checked by import-linter):

``handlers``, ``registry``     front end for the CloudFormation registry
``custom_resource``            front end for a Lambda-backed custom resource
``service``                    create, read, update, delete and list
``reconcile``, ``release``     the steps of create and update, and of delete
``undo``                       the way back of a failed create or update
``operation``                  the calls of one operation on one user
``aws``, ``retry``             Amazon Connect behind the ports; when to try again
``core``                       the rules: pure, standard library only
"""
