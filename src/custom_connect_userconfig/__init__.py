"""The resource type ``Custom::Connect::UserConfig``: a stack owns exactly the agent settings that its
template declares.

Layers, outermost first; each may import only what stands below it (checked by import-linter):

``handlers``, ``registry``     front end of the CloudFormation registry: translates events, nothing else
``custom_resource``            front end of a Lambda-backed custom resource
``service``                    create, read, update, delete and list over the ports
``reconcile``, ``release``     what happens behind the doors that write, over one ``operation``; ``undo`` is the way back
``aws``, ``retry``             Amazon Connect behind the ports; when to try again
``core``                       the rules: pure, standard library only
"""
